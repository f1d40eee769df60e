import { arrayName, type FloatSignature, type TrainingStep } from '../steps/step.ts';

/** One batch: `sampleArrays` of its samples, one after the other. */
export interface TrainingBatch {
  readonly arrays: Readonly<Record<string, Float32Array | Int32Array>>;
}

/**
 * One batch of every stream that a step reads, at a time.
 * @param sources by the stream's name: its batches from a number on
 * @param first number of the batch to begin with
 * @throws naming a stream that is not among the sources
 */
export function joinedStreams(
  step: TrainingStep,
  sources: Readonly<Record<string, (first: number) => AsyncIterable<TrainingBatch>>>,
  first: number,
) {
  for (const name of step.streams.filter((stream) => !sources[stream])) {
    const given = Object.keys(sources).join(', ');
    throw new Error(`train: the step reads the stream ${name}; expected it among [${given}]`);
  }
  const streams = step.streams.map((name) => ({
    name,
    batches: sources[name](first)[Symbol.asyncIterator](),
  }));
  return {
    /** @throws naming `where` at the end of a stream */
    async next(where: string): Promise<Record<string, Float32Array>> {
      const taken: Record<string, Float32Array> = {};
      for (const { name, batches } of streams) {
        const next = await batches.next();
        if (next.done) throw new Error(`train: the batches of ${name} ended at ${where}`);
        takeFloats(taken, next.value, name, step.signature);
      }
      return taken;
    },
    close: async () => {
      for (const { batches } of streams) await batches.return?.();
    },
  };
}

/** Adds the arrays that the step takes, as float32; others that the batch carries are left out. */
function takeFloats(
  taken: Record<string, Float32Array>,
  { arrays }: TrainingBatch,
  stream: string,
  signature: FloatSignature,
): void {
  for (const [name, array] of Object.entries(arrays)) {
    const input = arrayName(stream, name);
    if (!(input in signature)) continue;
    // By its tag: a typed array may come from another realm, where `instanceof` fails.
    const isFloat = Object.prototype.toString.call(array) === '[object Float32Array]';
    taken[input] = isFloat ? (array as Float32Array) : Float32Array.from(array);
  }
}
