import type { Likelihood } from '@scene-mtl/core';

/** The noise models that a task may have. */
export const LIKELIHOODS = ['softmax', 'gaussian', 'laplace'] as const satisfies Likelihood[];

/** What a part of a definition is: a type, one of some words, or a list of metrics. */
type Kind = 'string' | 'number' | 'function' | 'metrics' | readonly string[];

/** The parts that something must have, by name. */
export type Parts<T> = Readonly<Partial<Record<keyof T & string, Kind>>>;

/**
 * What of its parts a definition lacks: the first one, in words; undefined where all are there.
 * @param value of any type: what JavaScript handed over
 */
export function missingParts<T>(value: unknown, parts: Parts<T>): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return `expected an object, got ${value === null ? 'null' : typeof value}`;
  }
  for (const [name, kind] of Object.entries(parts) as [string, Kind][]) {
    const part = (value as Readonly<Record<string, unknown>>)[name];
    const wanted = wrong(part, kind);
    if (wanted !== undefined) return `${name}: expected ${wanted}, got ${shown(part)}`;
  }
  return undefined;
}

/** What was expected of a part that is not that. */
function wrong(part: unknown, kind: Kind): string | undefined {
  switch (kind) {
    case 'function':
      return typeof part === 'function' ? undefined : 'a function';
    case 'string':
      return typeof part === 'string' && part !== '' ? undefined : 'a text';
    case 'number':
      return Number.isSafeInteger(part) && Number(part) > 0 ? undefined : 'a whole number from 1';
    case 'metrics':
      return Array.isArray(part) && part.length > 0 && part.every(isMetric)
        ? undefined
        : 'one metric or more, each { name, title, unit, digits, better }';
    default:
      return (kind as readonly unknown[]).includes(part) ? undefined : `one of ${kind.join(', ')}`;
  }
}

const isMetric = (value: unknown): boolean => {
  const { name, title, unit, digits, better } = (value ?? {}) as Record<string, unknown>;
  return (
    [name, title, unit].every((text) => typeof text === 'string') &&
    Number.isInteger(digits) &&
    (better === 'higher' || better === 'lower')
  );
};

const shown = (part: unknown): string => {
  if (part === undefined) return 'nothing';
  if (typeof part === 'string') return `'${part}'`;
  if (typeof part === 'number') return String(part);
  if (Array.isArray(part)) return 'another list';
  return `a value of type ${typeof part}`;
};
