import { readPublished } from '../src/results/published.ts';
import { restoreGroup } from '../src/results/restore.ts';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { noCheckpointRemedy, resultsIn } from '@scene-mtl/lab';
import { checkpointOf } from '../src/predict/stored-network.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import type { Published } from '../src/results/published.ts';

const committed = fileURLToPath(new URL('../../../results/quick', import.meta.url));

let root: string;
let group: Published;

beforeAll(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'replicate-restore-')), 'trained');
  group = (await readPublished(committed))!;
  // One is there already, begun and not finished; one was cut off while it was put back.
  const [begun, cut] = [...group.runs.keys()];
  await mkdir(join(root, begun, 'checkpoints'), { recursive: true });
  await mkdir(join(root, cut));
  await writeFile(join(root, cut, 'published.json'), '{"from":"results/quick"}');
  const { runs, made } = await restoreGroup(committed, root, 'results/quick');
  expect([runs, made]).toEqual([group.runs.size, group.runs.size - 1]);
});

test('what is published of a run is what its folder gives', async () => {
  const results = resultsIn(root, sceneRunId);
  for (const [id, summary] of [...group.runs].slice(1)) {
    expect(results.summary(summary.spec as never)).toEqual(summary);
    for (const [name, kept] of Object.entries(group.measured.get(id) ?? {})) {
      const file = await readFile(join(root, id, 'measured', `${name}.json`), 'utf8');
      expect(JSON.parse(file)).toEqual(kept);
    }
  }
  const [path, bytes] = [...group.pictures][0];
  const [id, measurement, file] = path.split('/');
  expect(await readFile(join(root, id, 'measured', measurement, file))).toEqual(Buffer.from(bytes));
});

test('a run that is there stays as it is', async () => {
  const [begun] = [...group.runs.keys()];
  await expect(readFile(join(root, begun, 'record.json'))).rejects.toThrow('ENOENT');
  const { made } = await restoreGroup(committed, root, 'results/quick');
  expect(made).toBe(0);
});

test('what needs weights says where the numbers came from and what to do', async () => {
  const folder = join(root, [...group.runs.keys()][2]);
  await expect(checkpointOf(folder, 'last')).rejects.toThrow(
    `checkpoint; its numbers came from results/quick, which holds no weights; delete ${folder} to train it again`,
  );
  expect(noCheckpointRemedy(join(root, 'other'), 'wait')).toBe('wait');
});

test('a folder that is no group is refused', async () => {
  await expect(restoreGroup(root, join(root, 'x'), 'x')).rejects.toThrow(
    `${root}: no published group (group.json)`,
  );
  await rm(root, { recursive: true });
});
