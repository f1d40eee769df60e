import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { latestCheckpoint, readMetrics } from '@scene-mtl/core';
import { legendOf } from '@scene-mtl/datasets';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { withFrozen, withInitial } from '../src/run/initial.ts';
import { exportRun } from '../src/export/export-run.ts';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import { predictPhotos } from '../src/predict/predict-photos.ts';
import { loadPlugins } from '../src/plugins/load.ts';
import { trainRun } from '../src/train/train-run.ts';
import { tinyStreet } from './plugins/tiny-street.ts';
import { tinyConfig } from './tiny-run.ts';

/** The examples of `examples/`, at the size of a test. */
const here = fileURLToPath(new URL('./', import.meta.url));
const examples = join(here, '../../../examples/');
const compile = { threads: 1 };
let runs = '';

/** What a test calls of an example's program; that it agrees is checked where the program is. */
interface Script {
  readonly main: (runs: string, steps: number) => Promise<{ folder: string; metrics: object }>;
}
interface UNet {
  readonly main: (options: object) => Promise<number[]>;
}
const program = async <T>(example: string): Promise<T> =>
  (await import(pathToFileURL(join(examples, example, 'main.ts')).href)) as T;

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  runs = await mkdtemp(join(tmpdir(), 'examples-'));
});
afterAll(() => rm(runs, { recursive: true, force: true }));

/** Trains two steps with the plugin of an example, if any. */
async function trained(
  name: string,
  {
    example,
    tasks,
    init = [],
    ...how
  }: {
    example?: string;
    tasks: readonly string[];
    init?: readonly string[];
    freeze?: readonly string[];
    balance?: string;
  },
) {
  const set = ['training.steps=2', 'training.evalEvery=2', 'training.checkpointEvery=2'];
  const plugins = await loadPlugins([
    join(here, 'plugins', 'tiny-street.ts'),
    ...(example ? [join(examples, example, 'plugin.ts')] : []),
  ]);
  const plain = await tinyConfig({ tree: 'tiny-street' }, ...set, 'training.logEvery=1');
  const config = await withInitial(withFrozen({ ...plain, plugins }, how.freeze), init, runs);
  const balance = { name: how.balance ?? 'equal', options: {} };
  const { folder } = await trainRun({
    ...{ config, runs, name, seed: 1, tasks, balance, compile, dataWorkers: 0, command: 'test' },
  });
  return folder;
}

test('own-tasks: two tasks in a file, trained, evaluated, predicted with and exported', async () => {
  const run = await trained('tasks', { example: 'own-tasks', tasks: ['road', 'traffic'] });
  const { metrics, units } = await evaluateRun({ run, split: 'val', checkpoint: 'last', compile });
  expect(Object.keys(metrics)).toEqual(['road/rms', 'road/meanError', 'traffic/accuracy']);
  expect(units['road/rms']).toBe('%');
  const out = join(runs, 'out');
  const image = join(runs, 'grey.png');
  const grey = { width: 60, height: 40, channels: 3, background: '#808080' } as const;
  await sharp({ create: grey }).png().toFile(image);
  const written = await predictPhotos({ run, checkpoint: 'last', images: [image], out, compile });
  const names = written.map((path) => path.slice(out.length + 1));
  expect(names).toEqual(expect.arrayContaining(['road/grey.json', 'traffic/grey.json']));
  const onnx = join(runs, 'own.onnx');
  await exportRun({ run, checkpoint: 'last', format: 'onnx', batchSize: 1, out: onnx });
});

test('own-head: a head of one’s own learns on a trunk that stays as it is, bit by bit', async () => {
  const trunk = await trained('trunk', { tasks: ['semantic'] });
  const head = await trained('head', {
    ...{ example: 'own-head', tasks: ['depth'], init: [`${trunk}:shared`], freeze: ['shared'] },
  });
  const [before, after] = await Promise.all(
    [trunk, head].map(async (run) => (await latestCheckpoint(join(run, 'checkpoints')))!.tensors),
  );
  const shared = [...before.keys()].filter((name) => name.startsWith('encoder/'));
  expect(shared.length).toBeGreaterThan(10);
  for (const name of shared) expect(after.get(name)).toEqual(before.get(name));
  const own = [...after.keys()].filter((name) => name.startsWith('depth/second/'));
  expect(own.length).toBeGreaterThan(0);
});

test('own-weighting: wᵢ = 1/√Lᵢ', async () => {
  const run = await trained('weighting', {
    ...{ example: 'own-weighting', tasks: ['semantic', 'depth'], balance: 'levelled' },
  });
  const log = await readMetrics(join(run, 'metrics.jsonl'));
  const { values } = log.find(({ kind }) => kind === 'train')!;
  for (const task of ['semantic', 'depth']) {
    const loss = values[`loss/${task}`]!;
    expect(values[`weight/${task}`]).toBeCloseTo(1 / Math.sqrt(loss), 5);
  }
});

test('script: data from a generator, a run that any command takes', async () => {
  const { main } = await program<Script>('script');
  const { folder, metrics } = await main(runs, 2);
  expect(Object.keys(metrics)).toEqual(
    expect.arrayContaining(['shape/iou', 'bright/accuracy', 'size/rms']),
  );
  // The same again is the stored result.
  expect((await main(runs, 2)).metrics).toEqual(metrics);
  const network = join(runs, 'squares.onnx');
  await exportRun({ run: folder, checkpoint: 'last', format: 'onnx', batchSize: 1, out: network });
});

test('u-net: a step of one’s own over tf.data learns, and its network is written', async () => {
  const { main } = await program<UNet>('u-net');
  const out = join(runs, 'u-net.onnx');
  const losses = await main({ dataset: tinyStreet, steps: 20, width: 4, out });
  expect(losses).toHaveLength(20);
  // The four frames each time.
  expect(losses[19]).toBeLessThan(losses[0]);
  await access(out);
});

/** A run on scenes, as a file, and a photograph; made once for both programs. */
async function exported(): Promise<{ network: string; photograph: string; run: string }> {
  const [network, photograph] = [join(runs, 'network.onnx'), join(runs, 'photograph.png')];
  // The run of own-head, or the stored one.
  const run = await trained('trunk', { tasks: ['semantic'] });
  if (!existsSync(network)) {
    await exportRun({ run, checkpoint: 'last', format: 'onnx', batchSize: 1, out: network });
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const create = { width: 64, height: 32, channels: 3, background: '#000', noise } as const;
    await sharp({ create }).png().toFile(photograph);
  }
  return { network, photograph, run };
}

/** What `predict` says of the same photograph: classes at its size. */
async function classesByPredict(run: string, photograph: string): Promise<number[]> {
  const out = join(runs, 'by-predict');
  await predictPhotos({ run, checkpoint: 'last', images: [photograph], out, compile, force: true });
  const file = join(out, 'semantic', 'photograph_trainIds.png');
  return Array.from(await sharp(file).extractChannel(0).raw().toBuffer());
}

/** `network.js` of photograph-in-node, which the page has too. */
interface Network {
  readonly metadataOf: (file: Uint8Array) => { readonly classes: readonly string[] };
  readonly classesOf: (
    engine: unknown,
    file: Uint8Array,
    pixelsAt: (height: number, width: number) => Promise<Uint8Array>,
  ) => Promise<{ readonly map: Uint8Array }>;
  readonly coloured: (found: { readonly map: Uint8Array }) => Uint8Array;
}

interface Main {
  readonly main: (
    network: string,
    photograph: string,
    out: string,
  ) => Promise<[name: string, share: number][]>;
}

/** A module without types. */
const javascript = async <T>(name: string): Promise<T> =>
  (await import(pathToFileURL(join(examples, 'photograph-in-node', name)).href)) as T;

test('photograph in Node: the classes of `predict`, by a program of its own', async () => {
  const { network, photograph, run } = await exported();
  const { classesOf, coloured, metadataOf } = await javascript<Network>('network.js');
  const file = new Uint8Array(await readFile(network));
  expect(metadataOf(file).classes).toEqual(['road', 'sky', 'block']);
  const found = await classesOf(ort, file, () => sharp(photograph).raw().toBuffer());
  expect(Array.from(found.map)).toEqual(await classesByPredict(run, photograph));
  expect(coloured(found)).toHaveLength(3 * found.map.length);
  const { main } = await javascript<Main>('main.js');
  const shares = await main(network, photograph, join(runs, 'node.png'));
  expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 10);
});

/** A Python that has what the example needs; the `SCENE_MTL_PYTHON` of the environment, or the first of the path. */
const python = process.env['SCENE_MTL_PYTHON'] ?? 'python3';
const hasPython =
  spawnSync(python, ['-c', 'import onnxruntime, numpy, PIL'], { stdio: 'ignore' }).status === 0;
const withPython = hasPython ? test : test.skip;
const skipped = hasPython ? '' : ` (skipped: ${python} has no onnxruntime, numpy and Pillow)`;

withPython(`photograph in Python: the classes of \`predict\`${skipped}`, async () => {
  const { network, photograph, run } = await exported();
  const out = join(runs, 'python.png');
  const file = join(examples, 'photograph-in-python', 'main.py');
  const { status, stdout } = spawnSync(python, [file, network, photograph, out], {
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/ % {2}\w/) });
  const colours = Array.from(await sharp(out).raw().toBuffer());
  const { palette } = legendOf(tinyStreet);
  const expected = (await classesByPredict(run, photograph)).flatMap((one) => palette[one]);
  // The photograph has the network's size: nothing is scaled.
  expect(colours).toEqual(expected);
});
