import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  imageClassifier,
  mobileNet,
  multiTaskModel,
  predictionStep,
  resNet,
  type Task,
} from '@scene-mtl/core';
import { stream } from '@scene-mtl/data';
import { compile, type InputTensors, type Outputs, type Signature } from '@scene-mtl/runtime';
import { depth, instance, semantic } from '@scene-mtl/vision-heads';
import * as tf from '@tensorflow/tfjs';
import type { InferenceSession } from 'onnxruntime-node';
import { median } from '@scene-mtl/eval';
import { small } from './workloads.ts';

/** Read-only steps beside their own saved file in ONNX Runtime with its own settings, in turns. */

/** What the bench takes. */
export interface InferenceBenchOptions {
  readonly rounds: number;
  /** Runs per turn. */
  readonly runs: number;
  readonly threads: number;
  readonly say: (text: string) => void;
}

/** Times of one run, ms: `min / median` of each contestant. */
export interface InferenceRow {
  readonly network: string;
  readonly input: string;
  readonly 'inference: true': string;
  readonly without: string;
  readonly 'saved file': string;
  /** Median over rounds of the saved file's shortest run of a turn divided by that with `inference: true`. */
  readonly 'file / inference: true': number;
  readonly 'file / without': number;
}

interface Network {
  readonly name: string;
  readonly run: (inputs: InputTensors<Signature>) => Outputs;
  readonly signature: Signature;
}

const layers = (name: string, model: tf.LayersModel, shape: readonly number[]): Network => ({
  name,
  signature: { x: { shape, dtype: 'float32' } },
  run: ({ x }) => ({ y: model.apply(x) as tf.Tensor }),
});

const networks: readonly (() => Network)[] = [
  () => {
    const tasks = [semantic(19), instance(), depth()] as Task[];
    const network = multiTaskModel({ encoder: small(), tasks, size: [64, 128], seed: 1 });
    const { run, signature } = predictionStep(network, 1);
    return {
      name: 'dilated residual, ASPP, three heads',
      signature,
      run: ({ image }) => run({ image }),
    };
  },
  () =>
    layers(
      'MobileNet v1 1.0 classifier',
      imageClassifier(mobileNet({ alpha: 1, outputStride: 32 }), 1000, [224, 224], 1),
      [1, 224, 224, 3],
    ),
  () =>
    layers(
      'ResNet-18 classifier',
      imageClassifier(resNet({ depth: 18, outputStride: 32 }), 1000, [224, 224], 1),
      [1, 224, 224, 3],
    ),
  () => {
    const model = tf.sequential();
    const recurrentInitializer = 'glorotUniform';
    model.add(tf.layers.lstm({ units: 64, inputShape: [40, 16], recurrentInitializer }));
    model.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
    return layers('LSTM of 64 over 40 steps', model, [8, 40, 16]);
  },
  () => {
    const model = tf.sequential();
    model.add(tf.layers.dense({ units: 256, activation: 'relu', inputShape: [784] }));
    model.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
    return layers('two dense layers', model, [32, 784]);
  },
];

const shown = (ms: readonly number[]): string =>
  `${Math.min(...ms).toFixed(2)} / ${median(ms).toFixed(2)}`;

async function benchNetwork(
  { name, run, signature }: Network,
  { rounds, runs, threads, say }: InferenceBenchOptions,
): Promise<InferenceRow> {
  const folder = await mkdtemp(join(tmpdir(), 'scene-mtl-inference-'));
  const whole = await compile(run, signature, { threads, inference: true });
  const plain = await compile(run, signature, { threads });
  const random = stream(1, 'bench');
  const inputs = Object.fromEntries(
    Object.entries(signature).map(([key, { shape }]) => [
      key,
      random.normals(shape.reduce((a, b) => a * b, 1)),
    ]),
  );
  let session: InferenceSession | undefined;
  try {
    const path = join(folder, 'step.onnx');
    await whole.save(path);
    const { InferenceSession: Session, Tensor } = await import('onnxruntime-node');
    const stock = (session = await Session.create(path, { intraOpNumThreads: threads }));
    const feeds = Object.fromEntries(
      Object.entries(signature).map(([key, { shape }]) => [
        key,
        new Tensor('float32', inputs[key], [...shape]),
      ]),
    );
    const contestants = [
      () => whole.run(inputs as never),
      () => plain.run(inputs as never),
      () => stock.run(feeds),
    ];
    const times = contestants.map(() => [] as number[][]);
    for (let round = -1; round < rounds; round++) {
      for (let place = 0; place < contestants.length; place++) {
        // Each comes first as often as the others.
        const i = (place + round + 1) % contestants.length;
        const turn: number[] = [];
        for (let k = 0; k < runs; k++) {
          const start = performance.now();
          await contestants[i]();
          turn.push(performance.now() - start);
        }
        // The first round warms up.
        if (round >= 0) times[i].push(turn);
      }
      say(`${name}: round ${Math.max(round + 1, 0)} of ${rounds}`);
    }
    const [ours, without, file] = times;
    const ratio = (of: readonly number[][]) =>
      Number(median(of.map((turn, k) => Math.min(...file[k]) / Math.min(...turn))).toFixed(2));
    return {
      network: name,
      input: Object.values(signature)[0].shape.join('×'),
      'inference: true': shown(ours.flat()),
      without: shown(without.flat()),
      'saved file': shown(file.flat()),
      'file / inference: true': ratio(ours),
      'file / without': ratio(without),
    };
  } finally {
    await session?.release();
    await whole.dispose();
    await plain.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Times every network. */
export async function benchInference(options: InferenceBenchOptions): Promise<InferenceRow[]> {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const rows: InferenceRow[] = [];
  for (const network of networks) rows.push(await benchNetwork(network(), options));
  return rows;
}
