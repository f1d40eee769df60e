import { isDeepStrictEqual } from 'node:util';
import type * as tf from '@tensorflow/tfjs';
import { evaluate } from './evaluate.ts';
import type { Captured } from './trace.ts';
import type { TraceNode, TraceValue } from './value.ts';

/** Whether a step does the same when it is called again, and the places of its ops if so. */

type Pair = readonly [first: TraceValue, second: TraceValue, reader: string];

/** A few words for a value in an error. */
function named({ source, shape }: TraceValue): string {
  const of = `of shape [${shape.join(', ')}]`;
  switch (source.kind) {
    case 'constant':
      return source.data.length === 1 ? `the number ${source.data[0]}` : `a constant ${of}`;
    case 'input':
      return `input '${source.name}'`;
    case 'variable':
      return `variable ${source.variable.name}`;
    case 'parameter':
      return `what a loop or a condition hands on, number ${source.index}`;
    case 'node':
      return `the result of ${source.node.kernel} ${of}${source.node.site && `, at ${source.node.site}`}`;
  }
}

const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
};

const where = ({ kernel, site }: TraceNode): string => `${kernel} at ${site}`;

/** Traces two captures of a step side by side, from what they give back to what they read. */
class Comparison {
  readonly #pairs: Pair[];
  readonly #met = new Map<TraceNode, Set<TraceNode>>();
  /** What variables made in the first capture start from: in the second one they are read. */
  readonly #initial = new Map<TraceValue, Set<tf.Variable>>();

  constructor(first: Captured, pairs: readonly Pair[]) {
    this.#pairs = [...pairs];
    for (const { variable, initial } of first.created) {
      const others = this.#initial.get(initial) ?? [];
      this.#initial.set(initial, new Set([...others, variable]));
    }
  }

  /** The first difference found, as a sentence without its end. */
  run(): string | undefined {
    for (let pair = this.#pairs.pop(); pair; pair = this.#pairs.pop()) {
      const difference = this.#compare(...pair);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  #compare(a: TraceValue, b: TraceValue, reader: string): string | undefined {
    const [p, q] = [a.source, b.source];
    const differ = `${reader} took ${named(a)}, then ${named(b)}`;
    if (q.kind === 'variable') {
      const same = p.kind === 'variable' && p.variable === q.variable;
      return same || this.#initial.get(a)?.has(q.variable) ? undefined : differ;
    }
    if (p.kind === 'constant' || q.kind === 'constant') {
      // One that is kept is computed in a first call alone.
      const [was, is] = [evaluate(a), evaluate(b)];
      const same = a.dtype === b.dtype && isDeepStrictEqual(a.shape, b.shape);
      if (!was || !is || !same) return differ;
      if (sameNumbers(was, is)) return undefined;
      return was.length > 1 ? `${reader} took ${named(a)}, then one of other numbers` : differ;
    }
    if (p.kind === 'input' && q.kind === 'input') return p.name === q.name ? undefined : differ;
    if (p.kind === 'parameter' && q.kind === 'parameter')
      return p.index === q.index ? undefined : differ;
    if (p.kind !== 'node' || q.kind !== 'node') return differ;
    if (p.node.outputs.indexOf(a) !== q.node.outputs.indexOf(b)) return differ;
    return this.#meet(p.node, q.node, differ);
  }

  #meet(a: TraceNode, b: TraceNode, differ: string): string | undefined {
    const met = this.#met.get(a) ?? new Set();
    if (met.has(b)) return undefined;
    if (a.kernel !== b.kernel) return differ;
    if (!isDeepStrictEqual(a.attrs, b.attrs))
      return `${where(a)} had other attributes the next time`;
    const names = Object.keys(a.inputs);
    if (!isDeepStrictEqual(names, Object.keys(b.inputs))) return differ;
    this.#met.set(a, met.add(b));
    b.site = a.site;
    for (const name of names) this.#pairs.push([a.inputs[name], b.inputs[name], where(a)]);
    // Their inputs, hence their parameters, are as many.
    for (const [k, { results }] of (a.regions ?? []).entries()) {
      const others = (b.regions ?? [])[k].results;
      results.forEach((result, i) => this.#pairs.push([result, others[i], where(a)]));
    }
    return undefined;
  }
}

/**
 * Compares two captures of one step. Nodes of the second get the places of the first.
 * @returns what differs, with the place, as a sentence without its end; undefined where nothing does
 */
export function differenceOf(first: Captured, second: Captured): string | undefined {
  const [one, two] = [first.trace, second.trace];
  const pairs: Pair[] = [];
  const [names, others] = [Object.keys(one.outputs), Object.keys(two.outputs)];
  if (!isDeepStrictEqual(names, others)) {
    return `the step returned ${names.join(', ')}, then ${others.join(', ')}`;
  }
  for (const name of names) pairs.push([one.outputs[name], two.outputs[name], `output '${name}'`]);
  const writes = new Map<tf.Variable, TraceValue>();
  for (const { variable, write } of one.variables) if (write) writes.set(variable, write);
  for (const { variable, initial, final } of first.created) {
    if (final !== initial) writes.set(variable, final);
  }
  for (const { variable, write } of two.variables) {
    const before = writes.get(variable);
    if (!write && !before) continue;
    if (!write || !before) {
      return `variable ${variable.name} is assigned in ${before ? 'an earlier' : 'a later'} call alone`;
    }
    writes.delete(variable);
    pairs.push([before, write, `the assignment of ${variable.name}`]);
  }
  for (const { name, isDisposed } of writes.keys()) {
    if (!isDisposed) return `variable ${name} is assigned in an earlier call alone`;
  }
  return new Comparison(first, pairs).run();
}
