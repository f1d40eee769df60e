/* An engineer's story: several heads on one trunk, changed one at a time. See README.md. */
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStream } from '@scene-mtl/data';
import * as ort from 'onnxruntime-node';

const [HEIGHT, WIDTH] = [32, 64];
const folder = resolve(process.argv[2] ?? 'car');
const bin = fileURLToPath(
  new URL('bin/replicate.js', import.meta.resolve('@scene-mtl/replicate/package.json')),
);

/** A command as typed in the team's folder; gives what it says. */
function replicate(...words) {
  console.log(`\n$ npx replicate ${words.join(' ')}`);
  const options = { encoding: 'utf8', cwd: folder };
  const said = execFileSync(process.execPath, [bin, ...words], options);
  console.log(said);
  return said;
}

/** What the network of a run gives for one picture of noise, by its exported file. */
async function outputsOf(run) {
  const file = join(folder, `${run}.onnx`);
  replicate('export', '--run', `runs/${run}`, '--out', file, '--force');
  const random = randomStream('picture', 1);
  const pixels = Float32Array.from({ length: 3 * HEIGHT * WIDTH }, () => 2 * random() - 1);
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1 });
  const outputs = await session.run({
    image: new ort.Tensor('float32', pixels, [1, HEIGHT, WIDTH, 3]),
  });
  await session.release();
  return outputs;
}
const bits = ({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

// As `npm install ./clear-road` would: the team's own task is a package beside the others.
await mkdir(join(folder, 'node_modules'), { recursive: true });
const own = fileURLToPath(new URL('clear-road', import.meta.url));
await cp(own, join(folder, 'node_modules', 'clear-road'), { recursive: true });

const short = (steps) => ['--set', `training.steps=${steps}`, `training.evalEvery=${steps}`];
const small = [...short(20), 'data.train=16', 'data.val=8'];
const first = ['--tasks', 'semantic,depth', '--name', 'first'];
replicate('train', '--profile', 'smoke', ...first, ...small);

// A head of the team's own on the trunk as it is; then another head alone is trained further.
const added = ['--from', 'first', '--name', 'second', '--owner', 'Ada'];
replicate('heads', 'add', 'clear-road', '--plugin', 'clear-road', ...added, ...short(15));
replicate('heads', 'tune', 'depth', '--from', 'second', '--name', 'third', ...short(10));

for (const [run, untouched] of [
  ['second', ['semantic', 'depth']],
  ['third', ['semantic', 'clear-road']],
]) {
  const { heads } = JSON.parse(await readFile(join(folder, 'runs', run, 'untouched.json'), 'utf8'));
  const same = heads.filter(({ before, after }) => before === after).map(({ name }) => name);
  assert.deepEqual(same, untouched, `${run}: heads that gave the same bits on every frame`);
}

// The gate lets it through: depth moved a little, for the others nothing did.
const gate = ['heads', 'gate', 'runs/third', '--against', 'runs/second', '--out', 'gate'];
replicate(...gate, '--epsilon', 'depth/meanError=5', '--force');

// What is deployed: each head's output by its name, the same bits but for the head that was trained.
const [before, after] = [await outputsOf('second'), await outputsOf('third')];
assert.deepEqual(Object.keys(after).sort(), ['clear-road', 'depth', 'semantic']);
for (const name of ['semantic', 'clear-road']) {
  assert.ok(bits(before[name]).equals(bits(after[name])), `${name} is the same bits in third.onnx`);
}
assert.ok(!bits(before.depth).equals(bits(after.depth)), 'depth was trained further');
console.log('\nsemantic and clear-road are the same bits in both networks, depth is not');
