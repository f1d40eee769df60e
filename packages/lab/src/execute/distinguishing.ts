/**
 * In what configurations differ from each other, as `--set` takes it: `training.learningRate=0.05`
 * for one, `training.learningRate=0.1` for another, in the order of their keys. Empty for all when
 * they are alike.
 * @example
 * ```ts
 * import { distinguishing } from '@scene-mtl/lab';
 * const config = (learningRate: number) => ({ steps: 5, training: { learningRate } });
 * distinguishing([config(0.05), config(0.1)]); // → ['training.learningRate=0.05', 'training.learningRate=0.1']
 * ```
 */
export function distinguishing(configs: readonly object[]): string[] {
  const all = configs.map((config) => new Map(settingsOf(config)));
  const keys = new Set(all.flatMap((settings) => [...settings.keys()]));
  const varying = [...keys].filter(
    (key) => new Set(all.map((settings) => settings.get(key))).size > 1,
  );
  return all.map((settings) =>
    varying
      .filter((key) => settings.has(key))
      .map((key) => `${key}=${settings.get(key)}`)
      .join(' '),
  );
}

/** Every value of a configuration as JSON, by the path to it. */
const settingsOf = (group: object, path = ''): [string, string][] =>
  Object.entries(group).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? settingsOf(value, `${path}${key}.`)
      : [[`${path}${key}`, JSON.stringify(value)] as [string, string]],
  );
