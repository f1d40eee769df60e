/* A lecturer's story: learned weights in class, first in thirty lines, then on scenes. See README.md. */
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { normalPairs, randomStream } from '@scene-mtl/data';
import { lineChart, renderSvg, report, summarise, toMarkdown } from '@scene-mtl/eval';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';

const [N, HIDDEN, STEPS] = [64, 8, 1500];

/**
 * Two curves through one hidden layer of eight, one of them measured in a unit of twentieths: by the plain
 * sum of squared errors, or by L / (2σ²) + log σ for each, σ learned (Kendall, Gal & Cipolla 2018, equation 7).
 * @param learned whether the weights are learned
 * @returns root of the mean squared error of both against the curves without noise, and the weights by step
 */
export async function curves(learned, seed) {
  const noise = normalPairs(randomStream('lecture', seed));
  const draw = (shape, sd) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => sd * noise()),
      shape,
    );
  const x = tf.linspace(-2, 2, N).reshape([N, 1]);
  const truths = [x.mul(3).sin(), x.mul(2).cos().mul(20)];
  const targets = [truths[0].add(draw([N, 1], 0.1)), truths[1].add(draw([N, 1], 2))];
  const layer = [tf.variable(draw([1, HIDDEN], 1)), tf.variable(draw([1, HIDDEN], 1))];
  const heads = [0, 1].map(() => tf.variable(draw([HIDDEN + 1, 1], 0.3)));
  // s = log σ² of each task.
  const s = tf.variable(tf.zeros([2]));

  const outputs = (input) => {
    const features = input.matMul(layer[0]).add(layer[1]).tanh();
    const whole = tf.concat([features, tf.onesLike(input)], 1);
    return heads.map((head) => whole.matMul(head));
  };
  const optimiser = tf.train.adam(0.05);
  const step = await compile(
    ({ input, y0, y1 }) => {
      const losses = () => {
        const [a, b] = outputs(input);
        return tf.stack([tf.losses.meanSquaredError(y0, a), tf.losses.meanSquaredError(y1, b)]);
      };
      const weighted = () => (learned ? losses().div(s.exp()).add(s).div(2).sum() : losses().sum());
      const trained = [...layer, ...heads, ...(learned ? [s] : [])];
      optimiser.minimize(weighted, false, trained);
      return { weights: learned ? tf.exp(s.neg()).div(2) : tf.ones([2]) };
    },
    Object.fromEntries(
      ['input', 'y0', 'y1'].map((name) => [name, { shape: [N, 1], dtype: 'float32' }]),
    ),
  );
  const arrays = { input: x.dataSync(), y0: targets[0].dataSync(), y1: targets[1].dataSync() };
  const weights = [];
  for (let i = 0; i < STEPS; i++) weights.push((await step.run(arrays)).weights);
  await step.pull();
  await step.dispose();
  const errors = outputs(x).map((output, k) =>
    Math.sqrt(tf.losses.meanSquaredError(truths[k], output).dataSync()[0]),
  );
  return { errors, weights };
}

/** A command as typed; gives what it says. */
function replicate(...words) {
  console.log(`\n$ npx replicate ${words.join(' ')}`);
  const bin = fileURLToPath(
    new URL('bin/replicate.js', import.meta.resolve('@scene-mtl/replicate/package.json')),
  );
  const said = execFileSync(process.execPath, [bin, ...words], { encoding: 'utf8' });
  console.log(said);
  return said;
}

const HOW = [false, true];
const named = (learned) => (learned ? 'learned weights' : 'plain sum');

/** Both ways over some seeds, as a table and as a figure of the weights of the first seed. */
async function onCurves(seeds) {
  const all = [];
  for (const learned of HOW) {
    const runs = [];
    for (const seed of seeds) runs.push(await curves(learned, seed));
    all.push({ learned, runs });
  }
  const columns = ['y₀', 'y₁'].map((name) => ({ name, better: 'lower', decimals: 3 }));
  const rows = all.map(({ learned, runs }) => ({
    header: named(learned),
    cells: [0, 1].map((k) => {
      const { mean: value, sd, n } = summarise(runs.map(({ errors }) => errors[k]));
      return { value, sd, n };
    }),
  }));
  const table = { title: 'Error of the two curves', corner: 'By', columns, rows };
  const [{ weights }] = all[1].runs;
  const lines = [0, 1].map((k) => ({
    name: `weight of y${k}`,
    points: weights.map((pair, x) => ({ x, y: pair[k] })).filter((_, i) => i % 10 === 0),
  }));
  const axes = { x: { label: 'step' }, y: { label: '1 / (2σ²)', log: true } };
  const title = 'Learned weights, seed 1';
  const svg = await renderSvg(lineChart({ title, ...axes, curves: lines }), {
    ...{ id: 'weights', description: title },
  });
  return { table, svg, weights, errors: all.map(({ runs }) => runs.map((run) => run.errors)) };
}

async function main(folder) {
  // In class: a step of one's own, compiled.
  const { table, svg, weights, errors } = await onCurves([1, 2, 3]);
  console.log(toMarkdown(table));
  const [plain, learned] = errors;
  plain.forEach((one, i) => assert.ok(learned[i][0] < one[0], `seed ${i + 1}: y₀ gets better`));
  const [w0, w1] = weights.at(-1);
  assert.ok(w0 > 10 * w1, 'the curve of the large unit gets the small weight');

  // In the laboratory: the same on scenes, by commands, and both runs beside each other.
  const runs = join(folder, 'runs');
  const short = ['training.steps=20', 'training.evalEvery=20', 'data.train=16', 'data.val=8'];
  for (const balancer of ['equal', 'uncertainty']) {
    const name = ['--runs', runs, '--name', balancer, '--balancer', balancer];
    replicate('train', '--profile', 'smoke', ...name, '--set', ...short);
  }
  const both = [join(runs, 'equal'), join(runs, 'uncertainty')];
  const compared = replicate('compare', ...both, '--out', join(folder, 'compared'), '--force');
  assert.match(compared, /equal \(1 seed\)/);
  assert.match(compared, /uncertainty \(1 seed\)/);

  // For the students: one page without a network, the figure inside.
  const loss = await readFile(join(folder, 'compared', 'loss-semantic.svg'), 'utf8');
  const page = report({
    title: 'Two tasks of different units',
    lead: 'What the learned weights of a sum of losses do, by two curves and on generated scenes.',
    tables: [table],
    figures: [
      { id: 'weights', caption: '1 / (2σ²) by step, on the curves, seed 1; logarithmic', svg },
      { id: 'loss-semantic', caption: 'Loss of the classes by step, on scenes', svg: loss },
    ],
  });
  const file = join(folder, 'lecture.html');
  await mkdir(folder, { recursive: true });
  await writeFile(file, page);
  assert.ok((await readFile(file, 'utf8')).includes('</html>'));
  console.log(`\n${file} shows it`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(process.argv[2] ?? 'lecture');
}
