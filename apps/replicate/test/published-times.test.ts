import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { publishedTimes } from '../src/results/published-times.ts';

const committed = fileURLToPath(new URL('../../../results', import.meta.url));

test('the committed results tell what their runs took, and on which machine', async () => {
  const said: string[] = [];
  const runs = await publishedTimes(committed, (line) => said.push(line));
  expect(said).toEqual([]);
  expect(runs.length).toBeGreaterThan(200);
  expect(runs.every(({ timing }) => timing.seconds > 0)).toBe(true);
  // As results/quick/runs.jsonl and group.json have it.
  const depth = runs.filter(
    ({ spec, machine }) => machine?.includes('quick') && spec.tasks.join() === 'depth',
  );
  expect(depth.map(({ timing }) => timing.seconds)).toContain(67.43279045800003);
  expect(depth[0].machine).toMatch(/^.+, 2 threads, onnx\/cpu \(.*quick\)$/);
});

test('a group that cannot be read is said and left out; without the folder there are none', async () => {
  const root = await mkdtemp(join(tmpdir(), 'replicate-times-'));
  await cp(join(committed, 'standard'), join(root, 'good'), { recursive: true });
  await cp(join(committed, 'standard'), join(root, 'bad'), { recursive: true });
  await writeFile(join(root, 'bad', 'runs.jsonl'), '{');
  const said: string[] = [];
  const runs = await publishedTimes(root, (line) => said.push(line));
  const lines = (await readFile(join(root, 'good', 'runs.jsonl'), 'utf8')).trim().split('\n');
  // One a run: Table 1 has nine rows, of one seed or more.
  expect(lines.length).toBeGreaterThanOrEqual(9);
  expect(runs).toHaveLength(lines.length);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^note: the times of .*bad are not used: /);
  expect(await publishedTimes(join(root, 'nowhere'))).toEqual([]);
});
