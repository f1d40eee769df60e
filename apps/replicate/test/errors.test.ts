import sharp from 'sharp';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateTree } from '@scene-mtl/datasets';
import { beforeAll, expect, test } from '@jest/globals';

const cli = compiled(new URL('../src/cli.ts', import.meta.url));

let runs: string;

beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), 'replicate-errors-'));
});

interface Outcome {
  code: number;
  error: string;
}

const replicate = (...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args, '--runs', runs], (error, _, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, error: stderr }),
    );
  });

/** A small tree of generated scenes, and the first training frame's file of a kind. */
async function tree(): Promise<{ root: string; file: (kind: string) => Promise<string> }> {
  const root = join(await mkdtemp(join(tmpdir(), 'replicate-tree-')), 'a tree ä');
  await generateTree({ out: root, frames: { train: 4, val: 2 }, height: 32, width: 64, seed: 1 });
  const file = async (kind: string) => {
    const all = await readdir(root, { recursive: true });
    return join(
      root,
      all.filter((name) => name.includes('train') && name.endsWith(kind)).sort()[0],
    );
  };
  return { root, file };
}

test('a missing data root is one error that names it', async () => {
  const outcome = await replicate('table1', '--profile', 'smoke', '--data', '/no/such/folder');
  expect(outcome.code).toBe(1);
  expect(outcome.error).toMatch(/^error: \/no\/such\/folder: there is no such folder/m);
});

test('a truncated PNG is one error that names the file', async () => {
  const { root, file } = await tree();
  const photo = await file('leftImg8bit.png');
  await truncate(photo, 200);
  const outcome = await replicate('table1', '--profile', 'smoke', '--data', root);
  expect(outcome.code).toBe(1);
  expect(outcome.error).toContain(`error: ${photo}`);
});

test('a truncated PNG that a data worker meets is the same one error', async () => {
  const { root, file } = await tree();
  const disparity = await file('disparity.png');
  await truncate(disparity, 60);
  const train = (workers: string) =>
    replicate(
      ...['train', '--profile', 'smoke', '--data', root, '--name', `workers-${workers}`],
      ...['--data-workers', workers],
    );
  const [none, two] = [await train('0'), await train('2')];
  expect(none.code).toBe(1);
  expect(two.code).toBe(1);
  const errorOf = ({ error }: Outcome) => error.slice(error.indexOf('error: '));
  expect(errorOf(two)).toMatch(/^error: .*\n$/);
  expect(errorOf(two)).toContain(disparity);
  expect(errorOf(two)).toBe(errorOf(none));
});

test('labels of another size than their photograph are one error that names the file', async () => {
  const { root, file } = await tree();
  const labels = await file('gtFine_labelIds.png');
  await writeFile(
    labels,
    await sharp(Buffer.alloc(16 * 32), { raw: { width: 32, height: 16, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer(),
  );
  const outcome = await replicate('table1', '--profile', 'smoke', '--data', root);
  expect(outcome.code).toBe(1);
  expect(outcome.error).toContain(labels);
  expect(outcome.error).toMatch(/32 ?× ?16|16 ?× ?32/);
});

test('an unknown flag and an unknown key are errors that name them and leave results alone', async () => {
  const kept = join(runs, 'kept.json');
  await writeFile(kept, '{}');
  const flag = await replicate('table1', '--profil', 'smoke');
  expect(flag.code).toBe(1);
  expect(flag.error).toContain("unknown option '--profil'");
  const key = await replicate('table1', '--profile', 'smoke', '--set', 'trianing.steps=2');
  expect(key.code).toBe(1);
  expect(key.error).toMatch(/trianing/);
  expect(await readFile(kept, 'utf8')).toBe('{}');
});
