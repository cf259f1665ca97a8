// Builds ../resources/demo/twemoji.jsonl.gz, the demo pictures: one JSON object per line, sorted by id.
//
//   npm install && npm run build
//
// The list: every icon of the set "noto" with a code point in its chars.json (the shortest sequence where an icon has
// several), without skin tones, that has an English CLDR annotation. The artwork: Twemoji's icon of the same code points,
// else of the same name or alias. Group, subgroup and version: emojibase-data. U+FE0F is no part of any key.
import {mkdirSync, writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {annotationsOf, fail, here, iconSet, key, keysByIcon, module, ordinal, resolve, svg} from './icons.mjs';

const EXPECTED = 1652;
const target = new URL('../resources/demo/twemoji.jsonl.gz', here);

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

const noto = iconSet('noto');
const twemoji = iconSet('twemoji');
const annotations = annotationsOf('en');
const emojibase = new Map(module('emojibase-data/en/data.json').map(emoji => [key(emoji.hexcode), emoji]));
const {groups, subgroups} = module('emojibase-data/meta/groups.json');

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
  const art = resolve(twemoji, twemoji.byKey.get(hex) ?? name);
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
