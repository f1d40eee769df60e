import * as tf from '@tensorflow/tfjs';
import { compile } from '@scene-mtl/runtime';
import { dilatedResidual, multiTaskModel, parametersOf, uncertainty, sgd, trainingStep, stream } from '@scene-mtl/core';
import { semantic, instance, depth } from '../src/index.ts';
tf.env().set('IS_TEST', true);
await tf.setBackend('cpu');
const small = process.argv[2] === 'small';
const size = small ? [16, 32] as const : [64, 128] as const;
const B = small ? 2 : 8;
const engines = small ? ['cpu', 'onnx'] as const : ['onnx'] as const;
const results: Record<string, number>[] = [];
for (const engine of engines) {
  const tasks = [semantic(5), instance(), depth()];
  const encoder = small ? dilatedResidual({ stem: 16, channels: [16, 16, 16], blocks: [1, 1, 1], aspp: { channels: 16, rates: [1, 2, 3] } }) : dilatedResidual();
  const net = multiTaskModel({ encoder, tasks, size, seed: 1, decoder: { width: small ? 16 : 64 } });
  const w = uncertainty(['semantic', 'instance', 'depth']);
  const set = parametersOf(net, w.variables);
  const opt = sgd(set.trained);
  const step = trainingStep({ network: net, weighting: w, optimiser: opt, batchSize: B });
  let t = performance.now();
  const c = await compile(step.run, step.signature, { engine });
  console.log(c.engine, 'compile', (performance.now() - t).toFixed(0));
  const r = stream(3, 'data');
  const inputs: Record<string, Float32Array> = {};
  for (const [n, s] of Object.entries(step.signature)) {
    const len = s.shape.reduce((a, b) => a * b, 1);
    inputs[n] = n.startsWith('mask') ? Float32Array.from({ length: len }, () => Number(r.next() < 0.7)) : n === 'target/semantic' ? Float32Array.from({ length: len }, () => r.integer(5)) : r.normals(len);
  }
  inputs['rate/network'] = inputs['rate/weighting'] = Float32Array.of(0.01); inputs['apply'] = Float32Array.of(1);
  console.log('tensors', tf.memory().numTensors);
  for (let i = 0; i < (small ? 4 : 12); i++) {
    t = performance.now();
    const out = await c.run(inputs);
    const ms = performance.now() - t;
    const flat = Object.fromEntries(Object.entries(out).map(([k, v]) => [k, v[0]]));
    results.push(flat);
    console.log(i, ms.toFixed(0), 'ms', flat['total'], flat['loss/semantic'], flat['gradientNorm'], flat['sigma2/depth'], tf.memory().numTensors);
  }
  if (small && engine === 'onnx') for (let i = 0; i < 4; i++) for (const k of Object.keys(results[0])) { const d = Math.abs(results[i][k] - results[i + 4][k]); if (d > 1e-4 * Math.abs(results[i][k])) console.log(i, k, results[i][k], results[i + 4][k]); }
  await c.dispose();
}
