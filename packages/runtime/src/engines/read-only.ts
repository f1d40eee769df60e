import type * as tf from '@tensorflow/tfjs';
import { freeze } from '../capture/freeze.ts';
import type { Trace } from '../capture/value.ts';
import { OnnxStep, storeVariables, valuesOf, type OnnxOptions, type State } from './onnx.ts';

type Values = Float32Array | Int32Array | Uint8Array;

/**
 * A step that reads variables and assigns none, with their values as constants: then ONNX Runtime
 * may fold, join and lay out the whole graph, as it does with a file. When a variable has changed,
 * by `push` or by a step beside it, the next run begins with a new session.
 */
export class ReadOnlyStep {
  readonly #trace: Trace;
  readonly #options: OnnxOptions;
  readonly #state: State;
  #step: OnnxStep;
  #versions: readonly number[];

  /** @throws Error naming the variables that the step assigns */
  static async create(trace: Trace, options: OnnxOptions, state: State): Promise<ReadOnlyStep> {
    const assigned = trace.variables.filter(({ write }) => write);
    if (assigned.length > 0) {
      const names = assigned.map(({ variable }) => variable.name).join(', ');
      throw new Error(
        `compile: inference: expected a step that assigns no variable, got one that assigns ${names}; ` +
          'leave inference out',
      );
    }
    storeVariables(state, trace);
    const versions = versionsOf(trace, state);
    return new ReadOnlyStep(trace, options, state, await frozen(trace, options, state), versions);
  }

  private constructor(
    trace: Trace,
    options: OnnxOptions,
    state: State,
    step: OnnxStep,
    versions: readonly number[],
  ) {
    this.#trace = trace;
    this.#options = options;
    this.#state = state;
    this.#step = step;
    this.#versions = versions;
  }

  get lowered(): OnnxStep['lowered'] {
    return this.#step.lowered;
  }

  /** One run, on the variables as they are. */
  async run(inputs: Readonly<Record<string, Values>>): Promise<Record<string, Values>> {
    const versions = versionsOf(this.#trace, this.#state);
    if (versions.some((version, i) => version !== this.#versions[i])) {
      const next = await frozen(this.#trace, this.#options, this.#state);
      await this.#step.dispose();
      this.#step = next;
      this.#versions = versions;
    }
    return this.#step.run(inputs);
  }

  /** Current values of every variable. */
  state(): Generator<[tf.Variable, Values]> {
    return valuesOf(this.#state);
  }

  /** Frees the session. */
  dispose(): Promise<void> {
    return this.#step.dispose();
  }
}

const versionsOf = (trace: Trace, state: State): number[] =>
  trace.variables.map(({ variable }) => state.get(variable)?.version ?? 0);

const frozen = (trace: Trace, options: OnnxOptions, state: State): Promise<OnnxStep> =>
  OnnxStep.create(
    freeze(trace, new Map(valuesOf(state))),
    { ...options, block: 0 },
    new Map(),
    true,
  );
