import type * as tf from '@tensorflow/tfjs';
import { freeze } from '../capture/freeze.ts';
import type { Trace } from '../capture/value.ts';
import { OnnxStep, type OnnxOptions } from './onnx.ts';
import { storeVariables, valuesOf, type State, type Stored, type Values } from './state.ts';

/**
 * A step that reads variables and assigns none, with their values as constants: then ONNX Runtime
 * may fold, join and lay out the whole graph, as it does with a file. When a variable has changed,
 * by `push` or by a step beside it, the next run begins with a new session.
 */
export class ReadOnlyStep {
  readonly #trace: Trace;
  readonly #options: OnnxOptions;
  readonly #state: State;
  readonly #stored: readonly Stored[];
  #step: OnnxStep;
  /** Of what is in the session. */
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
    const stored = storeVariables(state, trace);
    const versions = versionsOf(stored);
    const step = await frozen(trace, options, state);
    return new ReadOnlyStep(trace, options, state, stored, step, versions);
  }

  private constructor(
    trace: Trace,
    options: OnnxOptions,
    state: State,
    stored: readonly Stored[],
    step: OnnxStep,
    versions: readonly number[],
  ) {
    this.#trace = trace;
    this.#options = options;
    this.#state = state;
    this.#stored = stored;
    this.#step = step;
    this.#versions = versions;
  }

  get lowered(): OnnxStep['lowered'] {
    return this.#step.lowered;
  }

  /** One run, on the variables as they are. */
  run(inputs: Readonly<Record<string, Values>>): Promise<Record<string, Values>> {
    const same = this.#stored.every(({ version }, i) => version === this.#versions[i]);
    return same ? this.#step.run(inputs) : this.#renew().then(() => this.#step.run(inputs));
  }

  async #renew(): Promise<void> {
    const versions = versionsOf(this.#stored);
    const next = await frozen(this.#trace, this.#options, this.#state);
    await this.#step.dispose();
    this.#step = next;
    this.#versions = versions;
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

const versionsOf = (stored: readonly Stored[]): number[] => stored.map(({ version }) => version);

const frozen = (trace: Trace, options: OnnxOptions, state: State): Promise<OnnxStep> =>
  OnnxStep.create(
    freeze(trace, new Map(valuesOf(state))),
    { ...options, block: 0 },
    new Map(),
    true,
  );
