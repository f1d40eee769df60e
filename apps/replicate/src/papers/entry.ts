import type { Experiment } from '@scene-mtl/lab';

/** An experiment as `replicate --help` lists it: known without its code, which brings TensorFlow.js along. */
export interface Entry<E extends Experiment = Experiment> {
  /** The command, as in the experiment. */
  readonly name: string;
  /** One or two sentences. */
  readonly summary: string;
  readonly load: () => Promise<E>;
}
