export { canonicalJson } from './specs/canonical-json.ts';
export { withoutDefaults } from './specs/without-defaults.ts';
