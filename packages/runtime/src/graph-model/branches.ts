import type * as tf from '@tensorflow/tfjs';
import { recordRegion, recordRegions } from '../capture/record-region.ts';
import { numbersOf } from '../kernels/known.ts';
import type { GraphNode } from './converter.ts';
import type { Value } from './list-ops.ts';
import { alignRegions, checkSame, flat, recorderOf, truth, unflat } from './record.ts';

/** Computes a branch from values that it is given. */
type Branch = (args: readonly Value[]) => readonly Value[];

/**
 * The results of one of two branches: of the right one where it is known which, else of both, recorded, to be chosen in
 * the run. There each computes only when it is chosen.
 */
export function runBranches(
  node: GraphNode,
  predicate: tf.Tensor,
  args: readonly Value[],
  yes: Branch,
  no: Branch,
): readonly Value[] {
  const numbers = numbersOf(predicate);
  if (numbers) return numbers[0] ? yes(args) : no(args);
  const backend = recorderOf(node);
  const kinds: Value[][] = [];
  const results: tf.Tensor[][] = [];
  const closed = [yes, no].map((branch) => {
    const outer: tf.Tensor[] = [];
    const one = recordRegion(backend, (parameterLike) => {
      // Parameters, so that what a branch computes of them stays inside it.
      const own = args.map((arg) => {
        if (arg === undefined) return arg;
        const x = flat(node, arg);
        outer.push(x);
        return unflat(arg, parameterLike(x));
      });
      const values = branch(own);
      kinds.push([...values]);
      const tensors = values.map((value) => flat(node, value));
      results.push(tensors);
      return tensors;
    });
    return { ...one, captured: [...outer.map((x) => backend.shaped(x)), ...one.captured] };
  });
  const [of, other] = results;
  of.forEach((x, i) => checkSame(node, `result ${i} of its branches`, x, other[i]));
  const { regions, captured } = alignRegions(closed);
  const outputs = recordRegions(
    backend,
    'Condition',
    [backend.shaped(truth(predicate)), ...captured],
    regions,
    of.map((x) => backend.shaped(x)),
  );
  return outputs.map((x, i) => unflat(kinds[0][i], x));
}
