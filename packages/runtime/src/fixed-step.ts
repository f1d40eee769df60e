import { captureTwice, checkUnchanged } from './capture/capture-twice.ts';
import { countStep, settingsGuard } from './capture/optimisers.ts';
import type { Trace } from './capture/value.ts';
import type { CompileOptions } from './compile.ts';
import { blame, nonFinite, restore, snapshotOf } from './debug.ts';
import { OnnxStep } from './engines/onnx.ts';
import { ReadOnlyStep } from './engines/read-only.ts';
import { reload, type State } from './engines/state.ts';
import type { Ref } from './onnx/graph.ts';
import type { checkedInputs, InputTensors, Outputs, Signature } from './signature.ts';

/** A step compiled for one size of every input. Its runs follow each other. */
export interface FixedStep {
  readonly trace: Trace;
  readonly outputShapes: Readonly<Record<string, readonly number[]>>;
  run(inputs: ReturnType<typeof checkedInputs>): Promise<Record<string, unknown>>;
  dispose(): Promise<void>;
}

/** Captures a step and makes its session; its runs check what `debug` asks for and the settings of optimisers. */
export async function fixedStep(
  state: State,
  step: (inputs: InputTensors<Signature>) => Outputs,
  signature: Signature,
  options: CompileOptions,
): Promise<FixedStep> {
  const { seed, debug = {} } = options;
  const captured = captureTwice(step, signature, seed);
  const { trace, optimisers } = captured;
  const settingsHold = settingsGuard(optimisers);
  const onnx = await (options.inference ? ReadOnlyStep : OnnxStep).create(trace, options, state);
  let steps = 0;
  const watched: FixedStep['run'] = async (inputs) => {
    settingsHold();
    if (debug.frozen) checkUnchanged(captured, step, signature, seed);
    const before = debug.finite ? snapshotOf(onnx) : [];
    const outputs = await onnx.run(inputs);
    const bad = debug.finite ? nonFinite(onnx, trace, outputs) : undefined;
    if (bad) {
      restore(before);
      reload(state);
      const cause = await blame(trace, bad.value, inputs, options);
      throw new Error(
        `run: ${bad.what} is not finite after step ${steps + 1}: ${cause}. ` +
          'The variables are back at their values before the step',
      );
    }
    steps++;
    for (const optimiser of optimisers) countStep(optimiser);
    return outputs;
  };
  const isWatched = debug.finite || debug.frozen || optimisers.length > 0;
  return {
    trace,
    outputShapes: shapesOf(onnx.lowered.outputs),
    run: isWatched ? watched : (inputs) => onnx.run(inputs),
    dispose: () => onnx.dispose(),
  };
}

const shapesOf = (refs: Readonly<Record<string, Ref>>) =>
  Object.fromEntries(Object.entries(refs).map(([name, ref]) => [name, ref.shape]));
