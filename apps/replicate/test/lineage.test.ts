import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { addHeadsCommands } from '../src/commands/heads/index.ts';
import { composeRun } from '../src/heads/compose-run.ts';
import { sourceRun } from '../src/heads/source-run.ts';
import { trainHead } from '../src/heads/train-head.ts';
import { untouchedIfPresent } from '../src/heads/untouched.ts';
import { checkpointsUnder } from '../src/lineage/checkpoints-under.ts';
import { lineageText } from '../src/lineage/facts.ts';
import { lineageOf } from '../src/lineage/lineage.ts';
import { retrain } from '../src/lineage/retrain.ts';
import { lineageSvg } from '../src/lineage/svg.ts';
import { withFrozen, withInitial } from '../src/run/initial.ts';
import { scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

let place: Scratch;
let third: string;

/** Two steps: what counts here is where weights come from. */
const short = (...set: string[]) =>
  tinyConfig(
    place,
    ...['training.steps=2', 'training.evalEvery=2', 'training.checkpointEvery=1', ...set],
  );

beforeAll(async () => {
  place = await scratch();
  const tasks = ['semantic', 'depth'];
  await tinyRun(place, 'first', { config: await short(), tasks });
  const frozen = withFrozen(await short('training.learningRate=0.05'), ['shared', 'semantic']);
  await tinyRun(place, 'second', {
    config: await withInitial(frozen, ['first:shared,semantic'], place.runs),
    ...{ tasks, seed: 2 },
  });
  const parts = ['first:shared', 'second:depth'];
  const config = await withInitial(withFrozen(await short(), ['shared']), parts, place.runs);
  third = (await tinyRun(place, 'third', { config, tasks })).folder;
});

afterAll(() => rm(place.runs, { recursive: true, force: true }));
afterEach(() => {
  process.exitCode = 0;
  jest.restoreAllMocks();
});

/** `replicate heads lineage` in this process; gives what it printed. */
async function command(...args: string[]): Promise<string> {
  let said = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const program = new Command();
  addHeadsCommands(program);
  const flags = ['--threads', '1', '--data-workers', '0'];
  await program.parseAsync(['heads', 'lineage', ...args, ...flags], { from: 'user' });
  return said;
}

test('every run stands after those that it came from, with what it took and was', async () => {
  const { runs, descents } = await lineageOf(third);
  expect(runs.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
  expect(descents.map(({ from, to, parts, at }) => [from, to, parts, at])).toEqual([
    [runs[1].id, third, ['depth'], { step: 2, isLast: true }],
    [runs[0].id, runs[1].id, ['semantic', 'shared'], { step: 2, isLast: true }],
    [runs[0].id, third, ['shared'], { step: 2, isLast: true }],
  ]);
  expect(runs[1].known).toMatchObject({
    description: { seed: 2, tasks: ['semantic', 'depth'] },
    ...{ steps: 2, code: { command: 'test' } },
  });
  // The same frames of all: the same hash of data.json.
  const data = runs.map(({ known }) => known?.data);
  expect(data[0]?.files).toBeGreaterThan(16);
  expect(data).toEqual([data[0], data[0], data[0]]);
});

test('as a tree, and as a picture', async () => {
  const lineage = await lineageOf(third);
  const text = lineageText(lineage);
  expect(text.split('\n').filter((line) => !/data:|code:/.test(line))).toEqual([
    'third',
    '│ semantic, depth; balanced by uncertainty; 2 of 2 steps; seed 1',
    '│ frozen: shared',
    '├─ second: depth of step 2',
    '│  │ semantic, depth; balanced by uncertainty; 2 of 2 steps; seed 2',
    '│  │ frozen: semantic, shared',
    '│  └─ first: semantic, shared of step 2',
    '│       semantic, depth; balanced by uncertainty; 2 of 2 steps; seed 1',
    '│       frozen: nothing',
    '└─ first: shared of step 2 (as above)',
    '',
  ]);
  const named = {
    ...lineage,
    runs: lineage.runs.map((run) => ({ ...run, name: `<${run.name}>&` })),
  };
  const svg = lineageSvg(named);
  expect(svg.match(/<path d="M[^"]*" fill="none"/g)).toHaveLength(3);
  expect(svg.match(/<rect x=/g)).toHaveLength(3);
  expect(svg).toContain('&#60;second&#62;&#38;');
  const tags = [...svg.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)];
  const depth = tags.reduce((d, [, closes, , ends]) => d + (closes ? -1 : ends ? 0 : 1), 0);
  expect(depth).toBe(0);
});

test('the chain trained again gives the same network, and passes the gate', async () => {
  const out = join(place.runs, 'lineage.svg');
  const said = await command(third, '--retrain', '--out', out);
  expect(said).toContain('├─ second: depth of step 2');
  expect(said).toMatch(/depth\/meanError.*\| same.*\| passes/);
  expect(process.exitCode).toBe(0);
  expect(await readFile(out, 'utf8')).toMatch(/^<svg /);
  const checksum = async (folder: string) =>
    (await checkpointsUnder([folder])).find(({ isLast }) => isLast)?.checksum;
  for (const name of ['first', 'second', 'third']) {
    const again = await checksum(join(place.runs, `${name}-again`));
    expect(again).toBe(await checksum(join(place.runs, name)));
  }
  await expect(command(third, '--out', out)).rejects.toThrow('lineage.svg');
});

test('a chain of heads tune and heads remove is made again, with the proofs of what stayed', async () => {
  const shared = { runs: place.runs, compile: { threads: 1 }, command: 'test', say: () => {} };
  const tuned = await trainHead({
    ...{ ...shared, source: await sourceRun('first', place.runs), head: 'depth', name: 'tuned' },
    ...{ heads: ['semantic', 'depth'], isFresh: false, unfreeze: [], features: 'f32', set: [] },
    dataWorkers: 0,
  });
  const removed = await composeRun({
    ...{ ...shared, source: await sourceRun(tuned.folder, place.runs), heads: ['depth'] },
    name: 'removed',
  });
  const last = await retrain(await lineageOf(removed.folder), {
    ...{ ...shared, suffix: '-anew', dataWorkers: 0 },
  });
  const checksum = async (folder: string) =>
    (await checkpointsUnder([folder])).find(({ isLast }) => isLast)?.checksum;
  expect(await checksum(last)).toBe(await checksum(removed.folder));
  for (const [name, stayed] of [
    ['tuned', 'semantic'],
    ['removed', 'depth'],
  ]) {
    const proof = await untouchedIfPresent(join(place.runs, `${name}-anew`));
    const [head] = proof!.heads.filter(({ frozen }) => frozen);
    expect([head.name, head.before]).toEqual([stayed, head.after]);
  }
  for (const name of ['first', 'tuned', 'removed']) {
    await rm(join(place.runs, `${name}-anew`), { recursive: true });
  }
});

test('a run is found under another name; one that is gone is missing, and nothing is trained', async () => {
  // The copies that were trained again have the same content.
  for (const name of ['first', 'second', 'third'])
    await rm(join(place.runs, `${name}-again`), { recursive: true, force: true });
  await rename(join(place.runs, 'first'), join(place.runs, 'trunk'));
  const renamed = await lineageOf(third);
  expect(renamed.runs.map(({ name }) => name)).toEqual(['trunk', 'second', 'third']);
  const [first] = renamed.descents.filter(({ parts }) => parts.length === 2);
  await rm(join(place.runs, 'trunk'), { recursive: true });
  const lost = await lineageOf(third);
  expect(lost.runs[0]).toEqual({
    id: `missing ${first.checksum}`,
    name: `missing ${first.checksum}`,
  });
  const text = lineageText(lost);
  expect(text).toContain(
    `└─ missing ${first.checksum}: semantic, shared of checkpoint ${first.checksum}`,
  );
  expect(text).toContain('not there any more: no run has this checkpoint');
  expect(lineageSvg(lost)).toContain('stroke-dasharray');
  const options = {
    ...{ runs: place.runs, suffix: '-new', compile: { threads: 1 }, dataWorkers: 0 },
    command: 'test',
  };
  await expect(retrain(lost, options)).rejects.toThrow(
    `missing ${first.checksum}: a run of this lineage is not there any more`,
  );
  const early = {
    ...renamed,
    descents: renamed.descents.map((one) => ({ ...one, at: { step: 1, isLast: false } })),
  };
  await expect(retrain(early, options)).rejects.toThrow(
    'began with its step 1, and it has trained on',
  );
  await expect(lineageOf(place.runs)).rejects.toThrow('no run.json in it');
});
