import { parseJson, parseJsonFile } from '@scene-mtl/data/json';
import { z } from 'zod';
import { checkMemory } from './memory.ts';
import type { PluginRecord } from './plugins.ts';
import { withPretrained } from './pretrained.ts';
import { parseConfig, type Config } from './schema.ts';

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `change` laid over `base`, key by key; a part with another `source` or `kind` replaces it whole. */
function merged(base: unknown, change: unknown): unknown {
  if (!isTree(base) || !isTree(change)) return change;
  const other = ['source', 'kind'].some(
    (key) => Object.hasOwn(change, key) && change[key] !== base[key],
  );
  if (other) return change;
  const result: Tree = { ...base };
  for (const [key, value] of Object.entries(change)) {
    result[key] = Object.hasOwn(base, key) ? merged(base[key], value) : value;
  }
  return result;
}

/**
 * `a.b.c=value` → `{ a: { b: { c: value } } }`; the value is JSON, or else a plain string. What begins as a list,
 * an object or a text in quotes is meant as JSON, so that its faults are said.
 */
function assignment(text: string, flag: string, example: string): Tree {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`${flag} ${text}: expected key=value, for example ${example}`);
  const keys = text.slice(0, at).split('.');
  const wrong = keys.find((key) => key === '' || key === '__proto__');
  if (wrong !== undefined) {
    throw new Error(
      `${flag} ${text}: expected a key of the configuration, got ${wrong || 'nothing'}`,
    );
  }
  const value = valueOf(text.slice(at + 1), `${flag} ${text.slice(0, at)}`);
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree;
}

function valueOf(raw: string, source: string): unknown {
  try {
    return parseJson(raw, source);
  } catch (error) {
    if (/^\s*["[{]/.test(raw)) throw error;
    return raw;
  }
}

/**
 * `key=value` pairs laid over an object, one after the other.
 * @param example of one, for messages
 * @throws naming the pair that is not of this form
 */
export const assigned = (
  base: Readonly<Record<string, unknown>>,
  pairs: readonly string[],
  flag: string,
  example: string,
): Record<string, unknown> =>
  pairs.reduce<unknown>(
    (object, pair) => merged(object, assignment(pair, flag, example)),
    base,
  ) as Tree;

/** What may change a profile. */
export interface Overrides {
  /** JSON file with any part of a configuration. */
  readonly file?: string | undefined;
  /** `key=value` pairs, applied after the file. */
  readonly set: readonly string[];
  /** Folder of the data, in place of the profile's. */
  readonly data?: string | undefined;
  /** Of that folder: frames of each split at most. */
  readonly frames?: number | undefined;
  /** Modules of one's own definitions, loaded. */
  readonly plugins?: readonly PluginRecord[];
  /** Folder of ImageNet weights for the encoder. */
  readonly pretrained?: string | undefined;
}

/**
 * A profile with changes laid over it, checked as a whole.
 * @throws naming the file or key when something is unknown, of the wrong type, unreadable, or too large for
 * this machine
 */
export async function configured(profile: Config, overrides: Overrides): Promise<Config> {
  const { plugins = [] } = overrides;
  let config: unknown = plugins.length > 0 ? { ...profile, plugins } : profile;
  if (overrides.frames !== undefined && overrides.data === undefined) {
    throw new Error(
      '--frames: expected --data too; of generated scenes set data.train and data.val',
    );
  }
  if (overrides.data !== undefined) {
    // All of it: how many scenes a profile would generate says nothing of a folder.
    const limits = { maxTrain: overrides.frames ?? null, maxVal: overrides.frames ?? null };
    config = merged(config, { data: { source: 'folder', root: overrides.data, ...limits } });
  }
  if (overrides.file !== undefined) {
    config = merged(config, await parseJsonFile(overrides.file, z.looseObject({})));
    parseConfig(config, overrides.file);
  }
  for (const text of overrides.set) {
    config = merged(config, assignment(text, '--set', 'training.steps=200'));
    parseConfig(config, `--set ${text}`);
  }
  const whole = parseConfig(config, 'the profile');
  checkMemory(whole, 'the configuration');
  const { pretrained } = overrides;
  return pretrained === undefined ? whole : withPretrained(whole, pretrained);
}
