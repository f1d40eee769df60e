/** `@scene-mtl/data/json`: how every JSON file of ours is parsed and checked. */
export { parseJson } from './json/parse.ts';
export { quoted, shownName } from './json/quoted.ts';
export { checkedBy, unchanged, type Issue, type Schema } from './json/schema.ts';
export {
  parseJsonFile,
  parseJsonFileIfPresent,
  parseJsonFileIfPresentSync,
  parseJsonText,
  textOf,
  type JsonFileOptions,
} from './json/file.ts';
