import type { Compiled, InputTensors, Outputs, Signature } from '@scene-mtl/runtime';
import type { FloatSignature, TrainingStep } from '../steps/step.ts';

/** Compiles a step: `compile` of `@scene-mtl/runtime`, or anything that behaves like it. */
export type CompileStep = <S extends Signature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
) => Compiled<S, O> | Promise<Compiled<S, O>>;

/** A step and, where it has one, what runs between, on the same variables. */
export interface CompiledStep extends Pick<
  Compiled<FloatSignature, Outputs>,
  'engine' | 'pull' | 'dispose'
> {
  run(
    batch: number,
    inputs: Readonly<Record<string, Float32Array>>,
  ): ReturnType<Compiled<FloatSignature, Outputs>['run']>;
}

/** The step compiled, with the variables' values; `close` is called where that fails. */
export async function compiledOr(
  close: () => Promise<unknown> | undefined,
  compile: CompileStep,
  { run, signature, between }: TrainingStep,
): Promise<CompiledStep> {
  try {
    const whole = await compile(run, signature);
    const kept = between && (await whole.beside(between.run, signature));
    await whole.push();
    return {
      engine: whole.engine,
      run: (batch, inputs) => (kept && between.at(batch) ? kept : whole).run(inputs),
      pull: () => whole.pull(),
      async dispose() {
        await kept?.dispose();
        await whole.dispose();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
