import type * as Ort from 'onnxruntime-node';
import type { Graph } from '../onnx/graph.ts';
import { dataType } from '../onnx/proto.ts';
import { runSession } from './run-session.ts';

/**
 * Runs a session so that its outputs are only where the caller wants them.
 *
 * onnxruntime-node 1.30 computes into the arrays that the caller gives as fetches, then copies every
 * one into an array of its own for the result that `run` returns: in training, all variables in every
 * step. The first value that it cannot make a tensor of ends this, with an error; by then the run is
 * over and every fetch holds its result. So the first output here is an empty sequence.
 */

const ENDED = 'Non tensor type is temporarily not supported.';

/**
 * Puts the empty sequence before the other outputs of a graph.
 * @returns its name
 */
export function endHandover(graph: Graph): string {
  const end = graph.op('SequenceEmpty', [], [], { dtype: dataType.float32 });
  graph.outputs.unshift({ ...end, sequence: true });
  return end.name;
}

/**
 * Runs a session of a graph that {@link endHandover} changed; the results are in the fetches. A
 * version of onnxruntime-node that hands over without an error is served as well.
 * @param end what `endHandover` returned
 */
export async function runInPlace(
  session: Ort.InferenceSession,
  end: string,
  feeds: Readonly<Record<string, Ort.Tensor>>,
  fetches: Readonly<Record<string, Ort.Tensor>>,
): Promise<void> {
  try {
    await runSession(session, feeds, { [end]: null, ...fetches });
  } catch (error) {
    if ((error as Error).message !== ENDED) throw error;
  }
}
