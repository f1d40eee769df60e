import * as tf from '@tensorflow/tfjs';
import { finiteProbe, originOf } from './capture/finite.ts';
import type { Trace, TraceValue } from './capture/value.ts';
import { OnnxStep, type OnnxOptions } from './engines/onnx.ts';

/** What a compiled step checks after every run. */
export interface DebugOptions {
  /**
   * Every float output and every variable must be finite after a step, or `run` fails with the
   * first op that made a number that is not, and its line. The variables are put back to their
   * values before that step. Costs a copy of the variables per step.
   */
  readonly finite?: boolean;
  /**
   * The step must still be the one that was compiled: it is captured anew before every run, which
   * fails where a number or tensor that the step closes over has been replaced since, naming the op
   * that takes it. Costs a capture per step.
   */
  readonly frozen?: boolean;
}

type Values = Float32Array | Int32Array | Uint8Array;

/** Current values of every variable of a step, copied. */
export const snapshotOf = (step: Pick<OnnxStep, 'state'>): [tf.Variable, Values][] =>
  [...step.state()].map(([variable, values]) => [variable, values.slice()]);

/** Writes values into the variables. */
export function restore(values: Iterable<readonly [tf.Variable, Values]>): void {
  for (const [variable, data] of values) {
    tf.tidy(() => variable.assign(tf.tensor(data.slice(), variable.shape, variable.dtype)));
  }
}

const allFinite = (values: ArrayLike<number>): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
};

/** The output or variable that holds a non-finite number after a step, if any. */
export function nonFinite(
  step: Pick<OnnxStep, 'state'>,
  trace: Trace,
  outputs: Readonly<Record<string, Values>>,
): { readonly what: string; readonly value: TraceValue } | undefined {
  for (const [name, values] of Object.entries(outputs)) {
    if (!allFinite(values)) return { what: `output '${name}'`, value: trace.outputs[name] };
  }
  const after = new Map(step.state());
  for (const { variable, write } of trace.variables) {
    if (!write || allFinite(after.get(variable) as Values)) continue;
    return { what: `variable ${variable.name}`, value: write };
  }
  return undefined;
}

/**
 * Runs a step once more, from the variables' present values, with every intermediate checked.
 * @returns where the non-finite number comes from, as a sentence
 */
export async function blame(
  trace: Trace,
  value: TraceValue,
  inputs: Readonly<Record<string, Values>>,
  options: OnnxOptions,
): Promise<string> {
  const probe = finiteProbe(trace);
  const step = await OnnxStep.create(probe.trace, options);
  try {
    const flags = await step.run(inputs);
    const isFinite = (v: TraceValue): boolean => {
      const { source } = v;
      if (source.kind === 'input') return allFinite(inputs[source.name]);
      if (source.kind === 'variable') return allFinite(source.variable.dataSync());
      if (source.kind === 'constant') return allFinite(source.data);
      const flag = probe.flags.get(v);
      return flag === undefined || flags[flag][0] !== 0;
    };
    return describe(originOf(value, isFinite), isFinite);
  } finally {
    await step.dispose();
  }
}

function describe(origin: TraceValue, isFinite: (value: TraceValue) => boolean): string {
  const { source, shape } = origin;
  switch (source.kind) {
    case 'input':
      return `input '${source.name}' holds one already`;
    case 'variable':
      return `variable ${source.variable.name} held one already before the step`;
    case 'constant':
      return `a constant of shape [${shape.join(', ')}] holds one`;
    case 'parameter':
      return 'a loop or a condition hands one on';
    case 'node': {
      if (isFinite(origin)) return 'no single op shows it; the sum of the whole step does';
      const { kernel, inputs, site } = source.node;
      const shapes = Object.values(inputs).map((input) => `[${input.shape.join(', ')}]`);
      const from = shapes.length > 0 ? ` from finite inputs of shape ${shapes.join(', ')}` : '';
      return `the first op to make one is ${kernel} at ${site}, of shape [${shape.join(', ')}]${from}`;
    }
  }
}
