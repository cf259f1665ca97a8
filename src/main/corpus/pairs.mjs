// Writes pictures with their names, to train and to measure on, into a folder (default: ../../../target/pairs).
//
//   npm install && npm run pairs [-- FOLDER]
//
// The things: the 1,652 of ../resources/demo/twemoji.jsonl.gz. A set's picture of a thing: its icon of the same code points,
// else of noto's name for it or that name's alias; of the set BY_NAME its icon of that name. Names and keywords: CLDR's text. Two runs write the same bytes. No picture
// is left out but those that an alias borrows from another thing: Glimpse's ImageDecoder draws all of these versions; content
// that these don't have ends the run.
//
//   svg/SET/KEY.svg           each stands alone
//   things.jsonl              what is known of each thing
//   train.jsonl               the six sets that may be learned from
//   twemoji-names.jsonl       the set that is never learned from, by CLDR's names
//   twemoji-shortcodes.jsonl  those of it that have wordings that are never learned from, by those
//   twemoji-wordings.jsonl    all of it, by English names, and by those wordings as of a language UNSEEN
//   concepts.jsonl            as train.jsonl, in English alone, without the things that are held
//   twemoji-concepts.jsonl    the set that is never learned from, by English names: those of held things as of a language NEW
//   few.jsonl                 300 pictures of one artist, each with its English name alone: for when labels are few
//   twemoji-few.jsonl         the same things of the set that is never learned from, by those names, and by wordings that are
//                             never learned from as of a language UNSEEN
//
// Three draws, by the first four bytes of a SHA-256, as an unsigned number: a thing is held (so that an experiment can leave it
// out) if that of "held:KEY" is a multiple of 10; a picture of the set VALIDATED is for validation if that of
// "validation:KEY" is a multiple of 20; the few are those that have wordings and the least numbers of "few:KEY".
import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {resolve as pathOf} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';
import {annotationsOf, fail, here, iconSet, key, keysByIcon, module, ordinal, resolve, svg} from './icons.mjs';

const EXPECTED = 1652;
const TRAINED = ['noto', 'noto-v1', 'emojione', 'fluent-emoji-flat', 'fluent-emoji', 'fxemoji'];
// Icons without code points: named as Unicode or CLDR names the thing, without spaces.
const BY_NAME = 'fxemoji';
const TESTED = 'twemoji';
const VALIDATED = 'emojione';
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'tr', 'ru', 'ja', 'zh'];
// What a name stands in when somebody asks for a picture of it: articles of each gender, since CLDR does not tell a name's.
const PHRASES = {
  en: ['a #', 'a picture of #'],
  de: ['ein #', 'eine #', 'ein Bild von #'],
  fr: ['un #', 'une #', 'une image de #'],
  es: ['un #', 'una #', 'una imagen de #'],
  it: ['un #', 'una #', 'una foto di #'],
  pt: ['um #', 'uma #', 'uma imagem de #'],
  nl: ['een #', 'een afbeelding van #'],
  pl: ['obrazek #', 'zdjęcie #'],
  tr: ['bir #', '# resmi'],
  ru: ['картинка #', 'рисунок #'],
  ja: ['#の絵', '#の画像'],
  zh: ['一个#', '#的图片'],
};
const UNSEEN = 'en-x-unseen';
const NEW = 'en-x-new';
const LABELLED = 'noto';
const FEW = 300;
const SHORTCODES = ['joypixels', 'iamcal'];

const started = Date.now();
const folder = process.argv[2] ? pathOf(process.argv[2]) : fileURLToPath(new URL('../../../target/pairs', here));

const demo = gunzipSync(readFileSync(new URL('../resources/demo/twemoji.jsonl.gz', here))).toString('utf8');
const annotations = new Map(LANGUAGES.map(language => [language, annotationsOf(language)]));
const shortcodes = SHORTCODES.map(name => new Map(
  Object.entries(module(`emojibase-data/en/shortcodes/${name}.json`)).map(([hex, codes]) => [key(hex), [codes].flat()])));
const sets = new Map([...TRAINED, TESTED].map(name => [name, iconSet(name)]));
const nameByKey = new Map([...keysByIcon(sets.get('noto'))].map(([icon, hex]) => [hex, icon]));

const keyByName = new Map([...nameByKey].map(([hex, icon]) => [icon, hex]));

const unicodeNames = new Map(
  Object.entries(module('emojibase-data/meta/unicode-names.json')).map(([hex, name]) => [key(hex), name]));

const numberOf = (purpose, hex) => createHash('sha256').update(`${purpose}:${hex}`).digest().readUInt32BE(0);
const draw = (purpose, hex, of) => numberOf(purpose, hex) % of === 0;
const filled = texts => (texts ?? []).map(text => text.trim()).filter(text => text !== '');
/** A wording without case, accents, spaces and punctuation. */
const bare = text => text.normalize('NFKD').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Shortcodes as words, without those that say what CLDR says. */
function wordings(hex, said) {
  const known = new Set(['', ...said.map(bare)]);
  const result = [];
  for (const code of shortcodes.flatMap(of => of.get(hex) ?? [])) {
    const words = code.replace(/[_-]+/g, ' ').trim();
    if (known.has(bare(words))) continue;
    known.add(bare(words));
    result.push(words);
  }
  return result;
}

function thing(line) {
  const {id, group, subgroup} = JSON.parse(line);
  const hex = id.replace(/^emoji-/, '');
  const names = {};
  const keywords = {};
  for (const [language, of] of annotations) {
    const name = filled(of.get(hex)?.tts);
    const words = filled(of.get(hex)?.default);
    if (name.length > 1) fail(`${hex} has ${name.length} names in ${language}`);
    if (name.length === 1) names[language] = name[0];
    if (words.length > 0) keywords[language] = words;
  }
  if (!names.en || !keywords.en) fail(`${hex}: no English name or no keywords`);
  return {
    key: hex, group, subgroup, held: draw('held', hex, 10), names, keywords,
    shortcodes: wordings(hex, [names.en, ...keywords.en]),
  };
}

/** The set's picture of a thing; undefined if there is none, or only an alias to the picture of another thing. */
function pictureOf(set, {key: hex, names}) {
  if (set === sets.get(BY_NAME)) {
    const named = [unicodeNames.get(hex) ?? '', names.en].map(bare).map(name => resolve(set, name));
    const icon = named.find(of => of !== undefined);
    return icon && svg(set, icon);
  }
  const name = set.byKey.get(hex) ?? nameByKey.get(hex);
  const alias = set.icons[name] === undefined ? set.aliases?.[name] : undefined;
  // Iconify lets "cricket", the insect, show the game.
  if (alias !== undefined && !alias.hFlip && keyByName.has(alias.parent)) return undefined;
  const icon = resolve(set, name);
  return icon === undefined ? undefined : svg(set, icon);
}

/** Nothing that loads, runs, or depends on the page around the picture. */
function check(id, picture) {
  if (/<(script|style|image|foreignObject|text|animate|set|a)\b/i.test(picture)) fail(`${id}: unexpected element`);
  if (/currentColor|<!|<\?|&|\son[a-z]+=/i.test(picture)) fail(`${id}: unexpected content`);
  for (const [, target] of picture.matchAll(/(?:href="|url\()([^")]*)/g)) {
    if (!target.startsWith('#')) fail(`${id}: refers to ${target}`);
  }
}

function write(path, text) {
  writeFileSync(`${folder}/${path}`, text);
  bytes += Buffer.byteLength(text);
}
const writeLines = (path, lines) => write(path, lines.map(line => JSON.stringify(line) + '\n').join(''));

const things = demo.trim().split('\n').map(thing).sort((a, b) => ordinal(a.key, b.key));
if (things.length !== EXPECTED) fail(`${things.length} things, not ${EXPECTED}`);

let bytes = 0;
const pairs = new Map();
for (const [name, set] of sets) {
  rmSync(`${folder}/svg/${name}`, {recursive: true, force: true});
  mkdirSync(`${folder}/svg/${name}`, {recursive: true});
  const found = [];
  for (const of of things) {
    const id = `${name}/${of.key}`;
    const picture = pictureOf(set, of);
    if (picture === undefined) continue;
    check(id, picture);
    const image = `svg/${id}.svg`;
    write(image, picture);
    found.push({id, image, of});
  }
  pairs.set(name, found);
}

const namesOf = of => Object.entries(of.names).map(([language, text]) => ({text, language}));

/** Names, names in phrases, and keywords, each with how often it is drawn: of a hundred draws so many are of each sort. */
function captionsOf(of) {
  const {en: name, ...names} = of.names;
  const {en: words, ...others} = of.keywords;
  const other = Object.entries(names).map(([language, text]) => ({text, language}));
  const ofLanguages = Object.entries(others).flatMap(([language, texts]) => texts.map(text => ({text, language})));
  const phrases = ({text, language}) => PHRASES[language].map(phrase => ({text: phrase.replace('#', () => text), language}));
  return [
    ...shared(20, [{text: name, language: 'en'}]),
    ...shared(5, phrases({text: name, language: 'en'})),
    ...shared(29, other),
    ...shared(10, other.flatMap(phrases)),
    ...shared(20, words.map(text => ({text, language: 'en'}))),
    ...shared(16, ofLanguages),
  ];
}
const shared = (weight, captions) => captions.map(caption => ({...caption, weight: +(weight / captions.length).toFixed(3)}));

const train = TRAINED.flatMap(name => pairs.get(name).map(({id, image, of}) => ({
  id,
  image,
  captions: captionsOf(of),
  split: name === VALIDATED && draw('validation', of.key, 20) ? 'validation' : 'train',
})));
const heldKeys = new Set(things.filter(of => of.held).map(of => of.key));
const concepts = train
  .filter(({id}) => !heldKeys.has(id.split('/')[1]))
  .map(pair => ({...pair, captions: pair.captions.filter(caption => caption.language === 'en')}));
const tested = pairs.get(TESTED);
const worded = tested.filter(({of}) => of.shortcodes.length > 0);
writeLines('things.jsonl', things);
writeLines('train.jsonl', train);
writeLines('twemoji-names.jsonl', tested.map(({id, image, of}) => ({id, image, captions: namesOf(of), split: 'test'})));
writeLines('twemoji-shortcodes.jsonl', worded.map(({id, image, of}) => (
  {id, image, captions: of.shortcodes.map(text => ({text, language: 'en'})), split: 'test'})));
const withWordings = ({id, image, of}) => ({
  id,
  image,
  captions: [{text: of.names.en, language: 'en'}, ...of.shortcodes.map(text => ({text, language: UNSEEN}))],
  split: 'test',
});
writeLines('twemoji-wordings.jsonl', tested.map(withWordings));

writeLines('concepts.jsonl', concepts);
writeLines('twemoji-concepts.jsonl', tested.map(({id, image, of}) => (
  {id, image, captions: [{text: of.names.en, language: of.held ? NEW : 'en'}], split: 'test'})));

const labelled = new Set(worded.map(({of}) => of.key)
  .filter(key => pairs.get(LABELLED).some(({of}) => of.key === key))
  .sort((one, other) => numberOf('few', one) - numberOf('few', other))
  .slice(0, FEW));
const isLabelled = ({of}) => labelled.has(of.key);
writeLines('few.jsonl', pairs.get(LABELLED).filter(isLabelled).map(({id, image, of}) => (
  {id, image, captions: [{text: of.names.en, language: 'en'}], split: 'train'})));
writeLines('twemoji-few.jsonl', worded.filter(isLabelled).map(withWordings));

const list = entries => entries.map(([name, count]) => `${name} ${count}`).join(', ');
const count = test => things.filter(test).length;
console.log(`${things.length} things, ${count(of => of.held)} held; pictures: ${list([...pairs].map(([name, of]) => [name, of.length]))}
names: ${list(LANGUAGES.map(language => [language, count(of => of.names[language])]))}
concepts.jsonl: ${concepts.length} pictures; train.jsonl: ${train.length} pictures, ${train.filter(pair => pair.split === 'validation').length} for validation; \
twemoji-shortcodes.jsonl: ${worded.length} pictures, ${worded.reduce((sum, {of}) => sum + of.shortcodes.length, 0)} shortcodes
${folder}: ${bytes} bytes in ${((Date.now() - started) / 1000).toFixed(1)} s`);
