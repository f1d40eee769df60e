import { compile, type Compiled, type CompileOptions } from './compile.ts';
import { checkNames } from './engines/options.ts';
import { Queue } from './engines/queue.ts';
import {
  signatureKey,
  type InputTensors,
  type InputValues,
  type Outputs,
  type OutputValues,
  type Signature,
} from './signature.ts';

/** Options of {@link compileEach}. */
export interface CompileEachOptions extends CompileOptions {
  /** Told of every compilation: its signature, and how many there are now. */
  readonly onCompile?: (signature: Signature, count: number) => void;
  /** Signatures allowed; one more is an error. Default 16: a size that varies freely is a mistake. */
  readonly limit?: number;
}

/** A step that is compiled anew for every signature it meets. */
export interface CompiledEach<O extends Outputs> {
  /** Signatures compiled so far, oldest first. */
  readonly signatures: readonly Signature[];
  /** Runs one step, compiling it first where the signature is new. */
  run<S extends Signature>(signature: S, inputs: InputValues<S>): Promise<OutputValues<O>>;
  /** Copies the engine's state into the `tf.Variable`s. */
  pull(): Promise<void>;
  /** Copies the `tf.Variable`s into the engine. */
  push(): Promise<void>;
  /** Frees every compiled step. */
  dispose(): Promise<void>;
}

/**
 * Compiles a step once per signature, for example for the last, smaller batch of an epoch. The
 * variables' state moves along when the signature changes, so that the steps share it.
 */
export function compileEach<O extends Outputs>(
  step: (inputs: InputTensors<Signature>) => O,
  options: CompileEachOptions = {},
): CompiledEach<O> {
  checkNames('compileEach', options, ['onCompile', 'limit']);
  const { onCompile, limit = 16, ...rest } = options;
  const compiled = new Map<string, Compiled<Signature, O>>();
  const signatures: Signature[] = [];
  // The state moves from step to step: only one may run.
  const queue = new Queue();
  let last: Compiled<Signature, O> | undefined;

  const stepFor = async (signature: Signature): Promise<Compiled<Signature, O>> => {
    const key = signatureKey(signature);
    const known = compiled.get(key);
    if (known === last && known) return known;
    // The newest state is that of the step that ran last.
    await last?.pull();
    if (known) {
      await known.push();
      return (last = known);
    }
    if (compiled.size >= limit) {
      throw new Error(
        `compileEach: signature ${compiled.size + 1} (${key}) is above the limit of ${limit}; ` +
          'pad the inputs to fewer sizes, or raise the limit',
      );
    }
    const made = await compile(step, signature, rest);
    compiled.set(key, made);
    signatures.push(signature);
    onCompile?.(signature, compiled.size);
    return (last = made);
  };

  return {
    signatures,
    run: (signature, inputs) => queue.add(async () => (await stepFor(signature)).run(inputs)),
    pull: () => queue.add(() => last?.pull()),
    push: () => queue.add(() => last?.push()),
    dispose: () =>
      queue.add(async () => {
        for (const made of compiled.values()) await made.dispose();
        compiled.clear();
        last = undefined;
      }),
  };
}
