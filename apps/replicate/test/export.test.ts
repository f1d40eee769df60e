import * as tf from '@tensorflow/tfjs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { predictionStep } from '@scene-mtl/core';
import { compile } from '@scene-mtl/runtime';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { imageNetNormalisation, normalised } from '@scene-mtl/vision-heads';
import { exportRun } from '../src/export/export-run.ts';
import { checkpointOf, loadNetwork } from '../src/predict/stored-network.ts';
import { readDescription } from '../src/run/description.ts';
import { messageFields, texts } from './onnx-file.ts';
import { scratch, tinyRun } from './tiny-run.ts';

let run: string;
let image: Float32Array;
/** What the app gives for `image`, by task. */
let expected: Record<string, Float32Array>;

beforeAll(async () => {
  const place = await scratch();
  run = (await tinyRun(place, 'run')).folder;
  const pixels = Uint8Array.from({ length: 32 * 64 * 3 }, (_, i) => (i * 7919) % 256);
  image = normalised(pixels, imageNetNormalisation);
  const network = loadNetwork(await readDescription(run), await checkpointOf(run, 'last'), run);
  const { run: step, signature } = predictionStep(network, 1);
  const compiled = await compile(step, signature, { threads: 1 });
  const outputs = await compiled.run({ image });
  expected = Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, Float32Array.from(value)]),
  );
  await compiled.dispose();
});

const tasks = ['semantic', 'instance', 'depth'];

describe('an exported .onnx file', () => {
  let file: string;
  beforeAll(async () => {
    file = join(run, 'exported', 'model.onnx');
    expect(
      await exportRun({ run, checkpoint: 'last', format: 'onnx', batchSize: 1, out: file }),
    ).toEqual([file]);
  });

  test('gives in onnxruntime what the app gives', async () => {
    const session = await InferenceSession.create(file, { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(['image']);
    expect([...session.outputNames].sort()).toEqual([...tasks].sort());
    const outputs = await session.run({ image: new Tensor('float32', image, [1, 32, 64, 3]) });
    for (const task of tasks) {
      expect(outputs[task].dims).toEqual([1, 32, 64, expected[task].length / (32 * 64)]);
      // 1e-4 absolute: the app runs other, blocked kernels, which sum in another order.
      expect(outputs[task].data as Float32Array).toBeAllClose(expected[task], {
        atol: 1e-4,
        rtol: 0,
      });
    }
    await session.release();
  });

  test('holds standard operators only, and says what goes in and what comes out', async () => {
    // onnx.proto: ModelProto graph 7, opset_import 8, metadata_props 14; GraphProto node 1;
    // NodeProto op_type 4, domain 7; OperatorSetIdProto domain 1; StringStringEntryProto 1, 2.
    const model = messageFields(await readFile(file));
    const [graph] = model.get(7) ?? [];
    const nodes = (messageFields(graph).get(1) ?? []).map(messageFields);
    expect(nodes.length).toBeGreaterThan(20);
    for (const node of nodes) expect(['', 'ai.onnx']).toContain(texts(node, 7)[0] ?? '');
    const sets = (model.get(8) ?? []).map((bytes) => texts(messageFields(bytes), 1)[0] ?? '');
    expect(sets).toEqual(['']);
    const metadata = Object.fromEntries(
      (model.get(14) ?? []).map((bytes) => {
        const entry = messageFields(bytes);
        return [texts(entry, 1)[0], texts(entry, 2)[0]];
      }),
    );
    const json = (key: string) => JSON.parse(metadata[key]) as Record<string, unknown>;
    expect(json('input')).toMatchObject({
      name: 'image',
      shape: [1, 32, 64, 3],
      channels: 'R, G, B',
    });
    expect(json('preprocessing')).toMatchObject(imageNetNormalisation);
    expect(Object.keys(json('outputs'))).toEqual(tasks);
    expect(json('classes')).toHaveLength(19);
    expect(json('training')).toMatchObject({ step: 8, seed: 1 });
  });

  test('of another batch size takes that many images', async () => {
    const two = join(run, 'exported', 'two.onnx');
    await exportRun({ run, checkpoint: 'best', format: 'onnx', batchSize: 2, out: two });
    const session = await InferenceSession.create(two, { logSeverityLevel: 3 });
    const both = new Float32Array(2 * image.length);
    const outputs = await session.run({ image: new Tensor('float32', both, [2, 32, 64, 3]) });
    expect(outputs['depth'].dims).toEqual([2, 32, 64, 1]);
    await session.release();
  });
});

test('an exported tf.layers model gives in TensorFlow.js what the app gives', async () => {
  const out = join(run, 'exported', 'web');
  const [model, weights] = await exportRun({
    run,
    checkpoint: 'last',
    format: 'tfjs',
    batchSize: 1,
    out,
  });
  const json = JSON.parse(await readFile(model, 'utf8')) as tf.io.ModelJSON;
  const bytes = await readFile(weights);
  const loaded = await tf.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
        weightData: new Uint8Array(bytes).buffer,
      }),
  });
  const outputs = loaded.predict(tf.tensor(image, [1, 32, 64, 3])) as tf.Tensor[];
  for (const [i, task] of tasks.entries()) {
    expect(await outputs[i].data()).toBeAllClose(expected[task], { atol: 1e-4, rtol: 0 });
  }
  expect(json.userDefinedMetadata).toHaveProperty('preprocessing');
  loaded.dispose();
});

test('an output of the wrong kind for the format is refused', async () => {
  const options = { run, checkpoint: 'last', batchSize: 1 } as const;
  await expect(exportRun({ ...options, format: 'onnx', out: 'model.bin' })).rejects.toThrow(
    '--out model.bin: expected a file that ends with .onnx',
  );
  await expect(exportRun({ ...options, format: 'tfjs', out: 'model.onnx' })).rejects.toThrow(
    '--out model.onnx: expected a folder',
  );
});

describe('what is there already', () => {
  const options = () => ({ run, checkpoint: 'last', batchSize: 1 }) as const;

  test.each(['onnx', 'tfjs'] as const)('is not replaced by %s unless forced', async (format) => {
    const place = join(run, 'exported', `taken-${format}`);
    const out = format === 'onnx' ? join(place, 'model.onnx') : place;
    const file = format === 'onnx' ? out : join(out, 'weights.bin');
    await mkdir(place, { recursive: true });
    await writeFile(file, 'mine');
    await expect(exportRun({ ...options(), format, out })).rejects.toThrow(
      `${file}: there already; choose another name, or give --force to replace it`,
    );
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect(await readdir(place)).toHaveLength(1);
    await exportRun({ ...options(), format, out, force: true });
    expect((await readFile(file)).length).toBeGreaterThan(1000);
    expect((await readdir(place)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('a folder of that name, or a file in place of a folder, is one clear error', async () => {
    const place = join(run, 'exported', 'ways');
    const folder = join(place, 'folder.onnx');
    await mkdir(folder, { recursive: true });
    await expect(
      exportRun({ ...options(), format: 'onnx', out: folder, force: true }),
    ).rejects.toThrow(`${folder}: cannot be written (a folder has this name)`);
    const file = join(place, 'file');
    await writeFile(file, 'mine');
    for (const [format, name] of [
      ['onnx', 'model.onnx'],
      ['tfjs', 'web'],
    ] as const) {
      await expect(
        exportRun({ ...options(), format, out: join(file, name), force: true }),
      ).rejects.toThrow(/cannot be written \(.*a file.*; choose another folder/);
    }
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await readdir(place)).sort()).toEqual(['file', 'folder.onnx']);
  });
});
