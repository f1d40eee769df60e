export { canonicalJson } from './specs/canonical-json.ts';
export { withoutDefaults } from './specs/without-defaults.ts';
export { decodeCurves, encodeCurves, type Curve, type Logged } from './publishing/curves.ts';
export { differenceOf, withDifference } from './publishing/difference.ts';
export {
  readGroup,
  writeGroup,
  type GroupContent,
  type Kept,
  type StoredRun,
} from './publishing/stored-group.ts';
