import { readFile } from 'node:fs/promises';
import { withPretrained } from './pretrained.ts';
import { parseConfig, type Config } from './schema.ts';

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `change` laid over `base`, key by key; a part with another `source` or `kind` replaces it whole. */
function merged(base: unknown, change: unknown): unknown {
  if (!isTree(base) || !isTree(change)) return change;
  const other = ['source', 'kind'].some((key) => key in change && change[key] !== base[key]);
  if (other) return change;
  const result: Tree = { ...base };
  for (const [key, value] of Object.entries(change)) {
    result[key] = key in base ? merged(base[key], value) : value;
  }
  return result;
}

/** `a.b.c=value` → `{ a: { b: { c: value } } }`; the value is JSON, or else a plain string. */
function assignment(text: string): Tree {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`--set ${text}: expected key=value, for example training.steps=200`);
  const raw = text.slice(at + 1);
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    value = raw;
  }
  return text
    .slice(0, at)
    .split('.')
    .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree;
}

/** What may change a profile. */
export interface Overrides {
  /** JSON file with any part of a configuration. */
  readonly file?: string | undefined;
  /** `key=value` pairs, applied after the file. */
  readonly set: readonly string[];
  /** Folder of the data, in place of the profile's. */
  readonly data?: string | undefined;
  /** Folder of ImageNet weights for the encoder. */
  readonly pretrained?: string | undefined;
}

/**
 * A profile with changes laid over it, checked as a whole.
 * @throws naming the file or key when something is unknown, of the wrong type, or unreadable
 */
export async function configured(profile: Config, overrides: Overrides): Promise<Config> {
  let config: unknown = profile;
  if (overrides.data !== undefined) {
    const limits =
      profile.data.source === 'generated'
        ? { maxTrain: profile.data.train, maxVal: profile.data.val }
        : { maxTrain: null, maxVal: null };
    config = merged(config, { data: { source: 'folder', root: overrides.data, ...limits } });
  }
  if (overrides.file !== undefined) {
    config = merged(config, await readJson(overrides.file));
    parseConfig(config, overrides.file);
  }
  for (const text of overrides.set) {
    config = merged(config, assignment(text));
    parseConfig(config, `--set ${text}`);
  }
  const whole = parseConfig(config, 'the profile');
  const { pretrained } = overrides;
  return pretrained === undefined ? whole : withPretrained(whole, pretrained);
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`--config ${file}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`--config ${file}: not valid JSON (${(cause as Error).message})`, { cause });
  }
}
