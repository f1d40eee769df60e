import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { reasons, outOfScope, type Reason } from './scope.ts';
import { Replayer } from './replayer.ts';
import { runSpecs, specFiles, type Spec } from './suite.ts';

/** Places in errors are below it. */
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What `docs/kernels.md` shows. */
export interface Conformance {
  readonly specs: number;
  readonly inScope: number;
  readonly passed: number;
  /** Of those passed, how many took numbers as constants, where a kernel needs them. */
  readonly withConstants: number;
  readonly outOfScope: Readonly<Record<Reason, number>>;
  readonly failures: readonly {
    readonly file: string;
    readonly name: string;
    readonly why: string;
  }[];
}

/** Counts what came of the specs. */
export function counted(specs: readonly Spec[]): Conformance {
  const ruled = specs.map((spec) => ({ spec, reason: outOfScope(spec) }));
  const inScope = ruled.filter(({ reason }) => reason === undefined).map(({ spec }) => spec);
  const passed = inScope.filter(({ compiled }) => compiled?.passed);
  return {
    specs: specs.length,
    inScope: inScope.length,
    passed: passed.length,
    withConstants: passed.filter(({ compiled }) => compiled?.happened.constants).length,
    outOfScope: Object.fromEntries(
      reasons.map((one) => [one, ruled.filter(({ reason }) => reason === one).length]),
    ) as Record<Reason, number>,
    failures: inScope
      .filter(({ compiled }) => !compiled?.passed)
      .map(({ file, name, compiled }) => ({
        file,
        name,
        why: compiled?.message.split('\n')[0].replaceAll(root, '') ?? '',
      })),
  };
}

/** Runs TensorFlow.js' specs through compiled steps. */
export async function benchConformance(options: {
  readonly only?: string;
  readonly save: boolean;
  readonly say: (text: string) => void;
}): Promise<Conformance> {
  const { only, save, say } = options;
  const files = specFiles().filter((file) => only === undefined || file.includes(only));
  if (files.length === 0) {
    throw new Error(`conformance: no file of specs has '${String(only)}' in its path`);
  }
  const replayer = new Replayer();
  try {
    const specs = await runSpecs(
      files,
      (program) => replayer.ask(program),
      (done) => {
        if (done % 250 === 0) say(`conformance: ${done} runs of specs`);
      },
    );
    const result = counted(specs);
    if (save) {
      const path = new URL('../results/conformance.json', import.meta.url);
      await writeFile(path, `${JSON.stringify(result, null, 2)}\n`);
    }
    return result;
  } finally {
    await replayer.close();
  }
}
