import { spawn } from 'node:child_process';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { predictionStep } from '@scene-mtl/core';
import { readPhoto } from '@scene-mtl/datasets';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { imageNetNormalisation, normalised } from '@scene-mtl/vision-heads/targets';
import { profiles } from '../apps/replicate/src/config/profiles.ts';
import { exportRun } from '../apps/replicate/src/export/export-run.ts';
import { readDescription } from '../apps/replicate/src/run/description.ts';
import { checkpointOf, loadNetwork } from '../apps/replicate/src/predict/stored-network.ts';
import { trainRun } from '../apps/replicate/src/train/train-run.ts';

/**
 * `npx tsx --conditions=@scene-mtl/source scripts/check-browser.ts` trains a small run, exports it
 * as a tf.layers model, loads that in headless Chromium with the bundled TensorFlow.js, and compares
 * the classes and outputs of one frame with the app's. Exit code 1 when a class differs.
 */

/** What the page sends back. */
interface Answer {
  readonly error?: string;
  readonly version: string;
  readonly backend: string;
  /** One list per output. */
  readonly outputs: readonly (readonly number[])[];
}

async function browser(): Promise<string | undefined> {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const file of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    const there = await access(file).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  return undefined;
}

const page = (
  shape: readonly number[],
) => `<!doctype html><script src="/tf.min.js"></script><script>
const send = (answer) => fetch('/answer', { method: 'POST', body: JSON.stringify(answer) });
(async () => {
  await tf.setBackend('cpu');
  const model = await tf.loadLayersModel('/model.json');
  const pixels = new Float32Array(await (await fetch('/image.bin')).arrayBuffer());
  const outputs = [model.predict(tf.tensor(pixels, ${JSON.stringify(shape)}))].flat();
  const values = await Promise.all(outputs.map(async (o) => Array.from(await o.data())));
  await send({ version: tf.version.tfjs, backend: tf.getBackend(), outputs: values });
})().catch((error) => send({ error: String(error && error.stack) }));
</script>`;

/** Serves the files, opens the page, and gives what it sends back; ends the browser. */
async function openIn(executable: string, files: ReadonlyMap<string, string | Uint8Array>) {
  const profile = await mkdtemp(join(tmpdir(), 'check-browser-profile-'));
  let answered: (answer: Answer) => void;
  const answer = new Promise<Answer>((resolve) => (answered = resolve));
  const server = createServer((request, response) => {
    if (request.url === '/answer') {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        response.end();
        answered(JSON.parse(body) as Answer);
      });
      return;
    }
    const content = files.get(request.url ?? '');
    if (content === undefined) response.writeHead(404);
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
  // A process group of its own, so that the browser ends with all of its helpers.
  const child = spawn(executable, [...flags, `http://127.0.0.1:${port}/`], {
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const late = setTimeout(() => answered({ ...nothing, error: 'no answer in 120 s' }), 120_000);
  try {
    return await answer;
  } finally {
    clearTimeout(late);
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const nothing: Answer = { version: '', backend: '', outputs: [] };

/** Class of each pixel: the first of the largest logits. */
const classesOf = (logits: ArrayLike<number>, classes: number): number[] =>
  Array.from({ length: logits.length / classes }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (logits[i * classes + c] > logits[i * classes + best]) best = c;
    }
    return best;
  });

async function main(): Promise<void> {
  const executable = await browser();
  if (!executable) {
    console.log('SKIPPED: no chromium, chromium-browser or google-chrome on the PATH');
    return;
  }
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const runs = await mkdtemp(join(tmpdir(), 'check-browser-'));
  const { smoke } = profiles;
  const { folder: run } = await trainRun({
    config: {
      ...smoke,
      data: {
        source: 'generated',
        train: 32,
        val: 4,
        seed: 1,
        composition: 'ordinary',
        occlusion: 'ordinary',
        gaps: 'geometric',
        disparitySigma: 0,
        derive: [],
        labels: {},
        holdOut: null,
      },
      training: { ...smoke.training, steps: 60, evalEvery: 60 },
    },
    runs,
    name: 'run',
    seed: 1,
    balance: { name: 'uncertainty', options: {} },
    compile: { threads: 1 },
    command: 'scripts/check-browser.ts',
  });
  const [model, weights] = await exportRun({
    ...{ run, checkpoint: 'last', format: 'tfjs', batchSize: 1 },
    out: join(runs, 'web'),
  });

  const description = await readDescription(run);
  const { size } = description.config;
  const data = join(runs, 'data');
  const names = await readdir(data, { recursive: true });
  const frame = names.filter((name) => /val.*leftImg8bit\.png$/.test(name)).sort()[0];
  const photo = await readPhoto(join(data, frame), size);
  const image = normalised(photo.data, imageNetNormalisation);
  const network = loadNetwork(description, await checkpointOf(run, 'last'), run);
  const step = predictionStep(network, 1);
  const compiled = await compile(step.run, step.signature, { threads: 1 });
  const expected = await compiled.run({ image });

  const bundle = createRequire(import.meta.url).resolve('@tensorflow/tfjs/dist/tf.min.js');
  const answer = await openIn(
    executable,
    new Map<string, string | Uint8Array>([
      ['/', page([1, size.height, size.width, 3])],
      ['/tf.min.js', await readFile(bundle)],
      ['/model.json', await readFile(model)],
      ['/weights.bin', await readFile(weights)],
      ['/image.bin', new Uint8Array(image.buffer, image.byteOffset, image.byteLength)],
    ]),
  );
  if (answer.error !== undefined) throw new Error(`in the browser: ${answer.error}`);

  console.log(`${executable}: TensorFlow.js ${answer.version}, backend ${answer.backend}`);
  for (const [i, task] of network.tasks.entries()) {
    const ours = expected[task.name];
    const worst = answer.outputs[i].reduce(
      (most, v, k) => Math.max(most, Math.abs(v - ours[k])),
      0,
    );
    console.log(`${task.name}: largest difference ${worst.toExponential(1)}`);
  }
  const at = network.tasks.findIndex((task) => task.name === 'semantic');
  const classes = description.data.legend?.classes.length ?? 0;
  const theirs = classesOf(answer.outputs[at], classes);
  const ours = classesOf(expected['semantic'], classes);
  const same = ours.filter((c, i) => c === theirs[i]).length;
  const kinds = new Set(ours).size;
  console.log(`${frame}: ${same} of ${ours.length} pixels of the same class (${kinds} classes)`);
  await compiled.dispose();
  await rm(runs, { recursive: true, force: true });
  if (same !== ours.length) process.exitCode = 1;
}

await main();
