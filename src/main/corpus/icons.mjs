// What build.mjs and pairs.mjs share: installed packages, keys of code points, and Iconify's icons as SVG files.
import {readFileSync} from 'node:fs';
import {basename} from 'node:path';

export const here = new URL('.', import.meta.url);
const read = path => JSON.parse(readFileSync(new URL(path, here), 'utf8'));
export const module = path => read('node_modules/' + path);

export function fail(message) {
  console.error(`${basename(process.argv[1])}: ${message}`);
  process.exit(1);
}

for (const [name, version] of Object.entries(read('package.json').dependencies)) {
  const installed = module(name + '/package.json').version;
  if (installed !== version) fail(`${name} is ${installed}, not ${version}`);
}

/** "1F468-200D-2696-FE0F" to the key "1f468-200d-2696". */
export const key = hex => hex.toLowerCase().split('-').filter(point => point !== 'fe0f').join('-');
const keyOfText = text => key([...text].map(character => character.codePointAt(0).toString(16).padStart(4, '0')).join('-'));
const length = hex => hex.split('-').length;
export const ordinal = (left, right) => left < right ? -1 : left > right ? 1 : 0;

/** A set of icons, and which of them has which key: from its chars.json, which is empty for some sets. */
export function iconSet(name) {
  const set = {...module(`@iconify-json/${name}/icons.json`), characters: module(`@iconify-json/${name}/chars.json`)};
  set.byKey = new Map([...keysByIcon(set)].map(([icon, hex]) => [hex, icon]));
  for (const [hex, icon] of Object.entries(set.characters)) set.byKey.set(key(hex), icon);
  return set;
}

/** Key to CLDR's annotation (tts: the name, default: the keywords) in a language. */
export function annotationsOf(language) {
  const result = new Map();
  for (const set of [
    module(`cldr-annotations-derived-full/annotationsDerived/${language}/annotations.json`).annotationsDerived.annotations,
    module(`cldr-annotations-full/annotations/${language}/annotations.json`).annotations.annotations,
  ]) {
    for (const [text, annotation] of Object.entries(set)) result.set(keyOfText(text), annotation);
  }
  return result;
}

/** Icon name to the shortest key of the set's chars.json that names it. */
export function keysByIcon(set) {
  const result = new Map();
  for (const [hex, icon] of Object.entries(set.characters).sort((a, b) => ordinal(a[0], b[0]))) {
    const candidate = key(hex);
    const present = result.get(icon);
    if (present === undefined || length(candidate) < length(present)) result.set(icon, candidate);
  }
  return result;
}

/** The icon of that name with its parents' properties filled in; undefined if there is none. */
export function resolve(set, name) {
  const icon = set.icons[name];
  if (icon !== undefined) return icon;
  const alias = set.aliases?.[name];
  if (alias === undefined) return undefined;
  const {parent, ...own} = alias;
  if (own.rotate || own.vFlip) fail(`${name} is a rotated alias`);
  const of = resolve(set, parent);
  return {...of, ...own, hFlip: Boolean(of.hFlip) !== Boolean(own.hFlip)};
}

/** The icon as a file that stands alone. */
export function svg(set, icon) {
  const own = field => icon[field] ?? set[field] ?? (field === 'left' || field === 'top' ? 0 : 16);
  const box = ['left', 'top', 'width', 'height'].map(own).join(' ');
  const xlink = icon.body.includes('xlink:') ? ' xmlns:xlink="http://www.w3.org/1999/xlink"' : '';
  const body = icon.hFlip ? `<g transform="translate(${2 * own('left') + own('width')} 0) scale(-1 1)">${icon.body}</g>` : icon.body;
  return `<svg xmlns="http://www.w3.org/2000/svg"${xlink} viewBox="${box}">${body}</svg>`;
}
