import { expect, test } from '@jest/globals';
import { onnxRuntime } from '../src/engines/device.ts';
import { endHandover, runInPlace } from '../src/engines/in-place.ts';
import { Graph } from '../src/onnx/graph.ts';
import { encodeModel } from '../src/onnx/proto.ts';

const ort = await onnxRuntime();
const LENGTH = 2 ** 22;

/** −x, its session, and arrays of 16 MiB for x and −x. */
async function negation() {
  const graph = new Graph();
  const y = graph.op('Neg', [graph.input('x', [LENGTH], 'float32')], [LENGTH]);
  graph.output(y);
  const end = endHandover(graph);
  const session = await ort.InferenceSession.create(encodeModel(graph));
  const x = new Float32Array(LENGTH).fill(3);
  const result = new Float32Array(LENGTH);
  const fetches = { [y.name]: new ort.Tensor('float32', result, [LENGTH]) };
  return { session, end, x, result, fetches };
}

test('results are in the arrays given, and in no others', async () => {
  const { session, end, x, result, fetches } = await negation();
  const feeds = { x: new ort.Tensor('float32', x, [LENGTH]) };
  const before = process.memoryUsage().arrayBuffers;
  await runInPlace(session, end, feeds, fetches);
  // A copy of the result would be 16 MiB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  expect([result[0], result[LENGTH - 1]]).toEqual([-3, -3]);
  await session.release();
});

test('an error of the run itself is passed on', async () => {
  const { session, end, fetches } = await negation();
  const feeds = { x: new ort.Tensor('float32', new Float32Array(2), [2]) };
  await expect(runInPlace(session, end, feeds, fetches)).rejects.toThrow(/invalid dimensions/i);
  await session.release();
});
