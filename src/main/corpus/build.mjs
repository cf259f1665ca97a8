// Builds ../resources/demo/twemoji.jsonl.gz, the demo pictures: one JSON object per line, sorted by id.
//
//   npm install && npm run build
//
// The list: every icon of the set "noto" with a code point in its chars.json (the shortest sequence where an icon has
// several), without skin tones, that has an English CLDR annotation. The artwork: Twemoji's icon of the same code points,
// else of the same name or alias. Group, subgroup and version: emojibase-data. U+FE0F is no part of any key.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';

const EXPECTED = 1652;
const here = new URL('.', import.meta.url);
const target = new URL('../resources/demo/twemoji.jsonl.gz', here);
const read = path => JSON.parse(readFileSync(new URL(path, here), 'utf8'));
const module = path => read('node_modules/' + path);

function fail(message) {
  console.error('build.mjs: ' + message);
  process.exit(1);
}

for (const [name, version] of Object.entries(read('package.json').dependencies)) {
  const installed = module(name + '/package.json').version;
  if (installed !== version) fail(`${name} is ${installed}, not ${version}`);
}

// Unicode's own spelling of the groups (emoji-test.txt); emojibase has keys, its subgroup keys are Unicode's names.
const GROUPS = {
  'smileys-emotion': 'Smileys & Emotion',
  'people-body': 'People & Body',
  'component': 'Component',
  'animals-nature': 'Animals & Nature',
  'food-drink': 'Food & Drink',
  'travel-places': 'Travel & Places',
  'activities': 'Activities',
  'objects': 'Objects',
  'symbols': 'Symbols',
  'flags': 'Flags',
};
const SKIN_TONE = /^1f3f[b-f]$/;

/** "1F468-200D-2696-FE0F" to the key "1f468-200d-2696". */
const key = hex => hex.toLowerCase().split('-').filter(point => point !== 'fe0f').join('-');
const keyOfText = text => key([...text].map(character => character.codePointAt(0).toString(16).padStart(4, '0')).join('-'));
const length = hex => hex.split('-').length;
const ordinal = (left, right) => left < right ? -1 : left > right ? 1 : 0;

const noto = {...module('@iconify-json/noto/icons.json'), characters: module('@iconify-json/noto/chars.json')};
const twemoji = {...module('@iconify-json/twemoji/icons.json'), characters: module('@iconify-json/twemoji/chars.json')};
const annotations = new Map();
for (const set of [
  module('cldr-annotations-derived-full/annotationsDerived/en/annotations.json').annotationsDerived.annotations,
  module('cldr-annotations-full/annotations/en/annotations.json').annotations.annotations,
]) {
  for (const [text, annotation] of Object.entries(set)) annotations.set(keyOfText(text), annotation);
}
const emojibase = new Map(module('emojibase-data/en/data.json').map(emoji => [key(emoji.hexcode), emoji]));
const {groups, subgroups} = module('emojibase-data/meta/groups.json');

/** Icon name to the shortest key of the set's chars.json that names it. */
function keysByIcon(set) {
  const result = new Map();
  for (const [hex, icon] of Object.entries(set.characters).sort((a, b) => ordinal(a[0], b[0]))) {
    const candidate = key(hex);
    const present = result.get(icon);
    if (present === undefined || length(candidate) < length(present)) result.set(icon, candidate);
  }
  return result;
}

/** The icon of that name with its parents' properties filled in; undefined if there is none. */
function resolve(set, name) {
  const icon = set.icons[name];
  if (icon !== undefined) return icon;
  const alias = set.aliases?.[name];
  if (alias === undefined) return undefined;
  const {parent, ...own} = alias;
  if (own.rotate || own.hFlip || own.vFlip) fail(`${name} is a transformed alias`);
  return {...resolve(set, parent), ...own};
}

const twemojiByKey = new Map([...keysByIcon(twemoji)].map(([icon, hex]) => [hex, icon]));
for (const [hex, icon] of Object.entries(twemoji.characters)) twemojiByKey.set(key(hex), icon);

function svg(set, icon) {
  const own = field => icon[field] ?? set[field] ?? (field === 'left' || field === 'top' ? 0 : 16);
  const box = ['left', 'top', 'width', 'height'].map(own).join(' ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}">${icon.body}</svg>`;
}

/** Plain shapes only: nothing that loads, runs, or depends on the page around the picture. */
function check(id, picture) {
  if (/<(script|style|image|foreignObject|text|animate|set|a|filter)\b/i.test(picture)) fail(`${id}: unexpected element`);
  if (/currentColor|<!|<\?|&|xlink|\son[a-z]+=|\sstyle=/i.test(picture)) fail(`${id}: unexpected content`);
  for (const [, target] of picture.matchAll(/(?:href="|url\()([^")]*)/g)) {
    if (!target.startsWith('#') || !picture.includes(`id="${target.slice(1)}"`)) fail(`${id}: refers to ${target}`);
  }
}

const counts = {icons: 0, skinTones: 0, withoutAnnotation: []};
const lines = new Map();
for (const [name, hex] of keysByIcon(noto)) {
  counts.icons++;
  if (hex.split('-').some(point => SKIN_TONE.test(point))) {
    counts.skinTones++;
    continue;
  }
  const annotation = annotations.get(hex);
  if (annotation === undefined) {
    counts.withoutAnnotation.push(name);
    continue;
  }
  const id = 'emoji-' + hex;
  const art = resolve(twemoji, twemojiByKey.get(hex) ?? name);
  const emoji = emojibase.get(hex);
  if (art === undefined) fail(`${id} (${name}): no artwork`);
  if (emoji?.group === undefined || emoji.subgroup === undefined || !(emoji.version > 0)) fail(`${id} (${name}): no group or version`);
  if (annotation.tts?.length !== 1 || !annotation.default?.length) fail(`${id} (${name}): no name or no keywords`);
  const picture = svg(twemoji, art);
  check(id, picture);
  if (lines.has(id)) fail(`${id}: twice`);
  lines.set(id, JSON.stringify({
    id,
    name: annotation.tts[0],
    keywords: annotation.default,
    group: GROUPS[groups[emoji.group]],
    subgroup: subgroups[emoji.subgroup],
    version: emoji.version,
    svg: picture,
  }));
}
if (lines.size !== EXPECTED) fail(`${lines.size} pictures, not ${EXPECTED}`);

const text = [...lines].sort((a, b) => ordinal(a[0], b[0])).map(([, line]) => line + '\n').join('');
const packed = gzipSync(Buffer.from(text, 'utf8'), {level: 9});
packed.fill(0, 4, 8); // no time
packed[9] = 255; // no operating system
mkdirSync(new URL('.', target), {recursive: true});
writeFileSync(target, packed);
console.log(`${counts.icons} icons with a code point - ${counts.skinTones} with skin tones - ${counts.withoutAnnotation.length} without an annotation`
  + ` = ${lines.size} pictures; ${Buffer.byteLength(text)} bytes, ${packed.length} packed`);
