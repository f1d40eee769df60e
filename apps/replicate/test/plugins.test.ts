import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { balancers } from '@scene-mtl/core';
import { openDataset } from '@scene-mtl/datasets';
import { runId } from '@scene-mtl/lab';
import { kits, tasksFor } from '@scene-mtl/vision-heads';
import * as tf from '@tensorflow/tfjs';
import { commands } from '../src/commands/index.ts';
import { configured } from '../src/config/overrides.ts';
import { withPlugins } from '../src/config/plugins.ts';
import { profiles } from '../src/config/profiles.ts';
import { pluginChecksum } from '../src/plugins/checksum.ts';
import { loadPlugins } from '../src/plugins/load.ts';
import { placeFrom } from '../src/plugins/place.ts';
import { loadRecorded } from '../src/plugins/recorded.ts';
import type { Evaluation } from '../src/predict/evaluate-run.ts';
import { scenes } from '../src/scenes/program.ts';
import { armOf } from '../src/scenes/spec.ts';
import { trainRun } from '../src/train/train-run.ts';
import { replicateFromSource } from './tiny-run.ts';

const here = fileURLToPath(new URL('./plugins/', import.meta.url));
const stripes = join(here, 'stripes.ts');
// Beside the sources, from where their packages are found.
let scratch = '';

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  scratch = await mkdtemp(join(dirname(here), 'plugins-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test.each([
  ['./no-such.ts', /^plugin \.\/no-such\.ts: no such file$/],
  ['./apps', /^plugin \.\/apps: expected a file, this is a folder$/],
  ['no-such-package', /^plugin no-such-package: no package of this name is installed; npm install/],
  [join(here, 'nothing.ts'), /nothing\.ts: expected exports that defineTask, .* found answer; /],
  [join(here, 'taken.ts'), /taken\.ts: defineTask depth: the name 'depth' is taken already/],
  [
    join(here, 'lacking.ts'),
    /lacking\.ts: defineTask half: encoder: expected a function, got nothing$/,
  ],
])('what cannot be used is said in one line: %s', async (place, why) => {
  const before = kits.length;
  await expect(loadPlugins([place])).rejects.toThrow(why);
  expect(kits).toHaveLength(before);
});

test('a checksum is of what a plugin says with all that it imports, wherever it lies', async () => {
  const moved = join(scratch, 'moved');
  await cp(here, moved, { recursive: true });
  await rename(join(moved, 'stripes.ts'), join(moved, 'other-name.ts'));
  const copy = join(moved, 'other-name.ts');
  expect(pluginChecksum(copy)).toBe(pluginChecksum(stripes));
  await writeFile(join(moved, 'stripes-light.ts'), 'export const lightOf = () => 0;\n');
  expect(pluginChecksum(copy)).not.toBe(pluginChecksum(stripes));
});

test('definitions are known: tasks, data sets by name and by folder', async () => {
  const [record] = await loadPlugins([stripes, stripes]);
  expect(record).toEqual({ checksum: pluginChecksum(stripes), module: stripes });
  const folder = join(scratch, 'field');
  await mkdir(folder);
  await writeFile(join(folder, 'stripes.txt'), '');
  for (const [place, name] of [
    ['stripes', 'stripes'],
    [`stripes:${folder}`, `stripes of ${folder}`],
    [folder, `stripes of ${folder}`],
  ]) {
    const dataset = await openDataset(place);
    expect(dataset.name).toBe(name);
    expect(tasksFor(dataset).map(({ name }) => name)).toEqual(['tone', 'light']);
  }
});

test('a plugin counts in the id of a run by content, and no plugin counts nothing', async () => {
  const [record] = await loadPlugins([stripes]);
  const idOf = async (...plugins: (typeof record)[]) => {
    const config = await configured(profiles.smoke, { set: [], plugins });
    const balance = { name: 'equal', options: {} };
    return runId(scenes, { ...armOf(config, { tasks: ['light'], balance }), seed: 1 });
  };
  const plain = runId(scenes, {
    ...armOf(profiles.smoke, { tasks: ['light'], balance: { name: 'equal', options: {} } }),
    seed: 1,
  });
  expect(await idOf()).toBe(plain);
  expect(await idOf(record)).not.toBe(plain);
  expect(await idOf({ ...record, module: '/elsewhere.ts' })).toBe(await idOf(record));
});

/** A run of two steps on the data set of the plugin. */
async function trained(name: string) {
  const set = ['training.steps=2', 'training.evalEvery=2', 'training.checkpointEvery=2'];
  const plugins = await loadPlugins([stripes]);
  const config = await configured(profiles.smoke, { set, data: 'stripes', plugins });
  return trainRun({
    ...{ config, runs: join(scratch, 'runs'), name, seed: 1, command: 'test' },
    balance: { name: 'uncertainty', options: {} },
    compile: { threads: 1 },
    dataWorkers: 1,
  });
}

test('what is made from a run has its plugins and those that came with the command, each once', () => {
  const [a, b, moved] = ['a', 'b', 'a'].map((digit, i) => ({
    checksum: digit.repeat(16),
    module: `/place-${i}.ts`,
  }));
  const config = { plugins: [a] };
  expect(withPlugins(config, [])).toBe(config);
  expect(withPlugins(config, [b, moved])).toEqual({ plugins: [a, b] });
});

test('a run is whole, with batches made by a thread, and finds its plugin again', async () => {
  const { folder } = await trained('own');
  const stored = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as {
    config: { plugins: unknown };
  };
  const place = placeFrom(folder, stripes);
  expect(place).toBe('../../../plugins/stripes.ts');
  expect(stored.config.plugins).toEqual([{ checksum: pluginChecksum(stripes), module: place }]);
  // Another process knows nothing of it but what the run says.
  const json = await replicateFromSource('evaluate', '--run', folder, '--json', '--threads', '1');
  const { metrics } = JSON.parse(json) as Evaluation;
  expect(metrics).toEqual({
    'tone/accuracy': expect.any(Number),
    'light/rms': expect.any(Number),
    'light/meanError': expect.any(Number),
  });
});

test('a plugin that is gone or has changed: one line says what to do', async () => {
  const kept = { checksum: '0'.repeat(16), module: './gone.ts' };
  const recorded = (record: { checksum: string; module: string | null }) =>
    loadRecorded(scratch, [record]);
  await expect(recorded(kept)).rejects.toThrow(
    /run\.json: plugin \.\/gone\.ts: no such file; where it is elsewhere now, give --plugin FILE$/,
  );
  await expect(recorded({ ...kept, module: null })).rejects.toThrow(
    /used a plugin .* --plugin FILE/,
  );
  const file = join(scratch, 'levelled.ts');
  await cp(
    fileURLToPath(new URL('../../../examples/own-weighting/plugin.ts', import.meta.url)),
    file,
  );
  const count = balancers.length;
  await expect(recorded({ ...kept, module: './levelled.ts' })).rejects.toThrow(
    /the plugin \.\/levelled\.ts has changed since .* give --plugin \.\/levelled\.ts to take it as it is$/,
  );
  // What is refused is not loaded.
  expect(balancers).toHaveLength(count);
  // Named, it is taken as it is, and a note says so.
  const [{ checksum }] = await loadPlugins([file]);
  expect(balancers).toHaveLength(count + 1);
  const notes: string[] = [];
  const taken = await loadRecorded(
    scratch,
    [{ ...kept, module: './levelled.ts' }],
    (line) => void notes.push(line),
  );
  expect(taken).toEqual([{ checksum, module: file }]);
  expect(notes).toEqual([expect.stringMatching(/had checksum 0{16} when .* now it is/)]);
});

test('every command that trains or reads data or runs takes --plugin', async () => {
  const without = [
    'worker',
    'queue',
    'gather',
    'slurm-task',
    'score',
    'restore',
    'config',
    'completion',
    'demo',
  ];
  const lacking: string[] = [];
  const look = (command: Command, path: string): void => {
    for (const inner of command.commands) look(inner, `${path} ${inner.name()}`);
    if (command.commands.length > 0) return;
    if (!command.options.some(({ long }) => long === '--plugin')) lacking.push(path);
  };
  for (const { name, add } of commands) {
    const program = new Command();
    await add(program);
    look(
      program.commands.find((one) => one.name() === name)!,
      name,
    );
  }
  const others = lacking.filter((path) => !without.includes(path.split(' ')[0]));
  expect(others).toEqual(['weights list', 'data init', 'data generate']);
});
