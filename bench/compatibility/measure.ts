import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { difference, type Numbers } from './difference.ts';
import { firstLine, short, timesOf, type Row } from './row.ts';
import { eagerRunner, ourRunner, referenceRunner, type Runner } from './runners.ts';
import type { Program, Subject, Values } from './subject.ts';

/** One whose first run took longer, ms, is not repeated: that run counts, what it prepares included. */
const PATIENCE = 4_000;
/** Runs of each engine in a turn at most, and for how long, ms. */
const TURN = { runs: 5, ms: 200 };
/** Turns of each engine at most, and for how long in all, ms. */
const TURNS = { count: 7, ms: 8_000 };

/**
 * Runs a program eagerly and compiled, compares what came out, and times both and WebAssembly in turns.
 * @param tell is told each part of the row as soon as it is known
 */
export async function measure(
  subject: Subject,
  threads: number,
  tell: (part: Omit<Row, 'id' | 'from'>) => void,
): Promise<void> {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const program = await subject.build();
  const batches = Array.from({ length: subject.steps }, (_, i) =>
    subject.values(program.inputs, i),
  );
  const { expected, ...eager } = await startEager(program, batches);
  let ours: Runner;
  let found: Numbers;
  try {
    // What trains starts from the beginning again.
    ours = await ourRunner(subject.steps > 1 ? await subject.build() : program, threads);
    found = (await resultOf(ours, batches)).numbers;
  } catch (thrown) {
    return tell({ refused: firstLine(thrown) });
  }
  const apart = difference(found, expected);
  tell(
    Number.isFinite(apart)
      ? { difference: short(apart) }
      : { unequal: 'another size, or not finite in one of the two' },
  );
  const wasm = await startWasm(subject, batches[0], tell);
  await time(
    [
      { name: 'ours', runner: ours, first: 0 },
      { name: 'eager', ...eager },
      ...(wasm ? [{ name: 'wasm', ...wasm }] : []),
    ],
    batches[0],
    tell,
  );
  await ours.dispose();
}

/** An engine at work, and how long its last run took, ms. */
interface Started {
  readonly runner: Runner;
  readonly first: number;
}

/** Outputs of the last of some steps, the variables after them, and how long the last took. */
async function resultOf(runner: Runner, batches: readonly Values[]) {
  let outputs: Numbers = {};
  let begun = 0;
  for (const batch of batches) {
    begun = performance.now();
    outputs = await runner.run(batch);
  }
  const first = performance.now() - begun;
  return { numbers: { ...outputs, ...(await runner.state()) } as Numbers, first };
}

/**
 * Runs a program in TensorFlow.js: at once where that works, else with promises.
 * @throws when neither works
 */
async function startEager(
  program: Program,
  batches: readonly Values[],
): Promise<Started & { readonly expected: Numbers }> {
  const { asyncStep, ...plain } = program;
  const start = async (of: Program) => {
    const runner = await referenceRunner(of);
    const { numbers, first } = await resultOf(runner, batches);
    return { runner, first, expected: numbers };
  };
  try {
    return await start(plain);
  } catch (error) {
    if (!asyncStep) throw error;
    return start(program);
  }
}

async function startWasm(
  subject: Subject,
  batch: Values,
  tell: (part: Omit<Row, 'id' | 'from'>) => void,
): Promise<Started | undefined> {
  try {
    if (!(await tf.setBackend('wasm'))) throw new Error('the backend does not start');
    const { asyncStep: _, ...program } = await subject.build();
    const runner = eagerRunner(program, 'wasm');
    const begun = performance.now();
    await runner.run(batch);
    return { runner, first: performance.now() - begun };
  } catch (error) {
    tell({ wasmCannot: firstLine(error) });
    return undefined;
  } finally {
    await tf.setBackend('cpu');
  }
}

/** Lets the engines take turns. */
async function time(
  engines: readonly (Started & { readonly name: string })[],
  batch: Values,
  tell: (part: Omit<Row, 'id' | 'from'>) => void,
): Promise<void> {
  const all = engines.map((engine) => ({
    ...engine,
    ms: engine.first > PATIENCE ? [engine.first] : ([] as number[]),
  }));
  const begun = performance.now();
  let turns = 0;
  while (turns < TURNS.count && (turns === 0 || performance.now() - begun < TURNS.ms)) {
    for (const { runner, first, ms } of all) {
      if (first > PATIENCE) continue;
      const start = performance.now();
      for (let run = 0; run < TURN.runs && performance.now() - start < TURN.ms; run++) {
        const before = performance.now();
        await runner.run(batch);
        ms.push(performance.now() - before);
      }
    }
    turns++;
  }
  tell({ turns, ...Object.fromEntries(all.map(({ name, ms }) => [name, timesOf(ms)])) });
}
