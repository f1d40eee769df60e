import { cp, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { generateTree } from '@scene-mtl/datasets';
import { Command } from 'commander';
import { addDataCommands } from '../src/commands/data/index.ts';
import { ALL, openStored } from '../src/data/stored-data.ts';

let folder = '';
let made = '';
let root = '';
let output: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data check 街-'));
  made = join(folder, 'made');
  const size = { height: 16, width: 32 };
  await generateTree({ out: made, frames: { train: 1, val: 1 }, ...size, seed: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  root = await mkdtemp(join(folder, 'tree-'));
  await cp(made, root, { recursive: true });
  // Changed files are not what the manifest says.
  await rm(join(root, 'street.json'));
  output = [];
  for (const way of ['log', 'error', 'warn'] as const) {
    jest.spyOn(console, way).mockImplementation((text: string) => void output.push(text));
  }
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = 0;
});

/** `replicate data …` in this process. @returns its exit code and what it printed */
async function data(...args: string[]): Promise<{ code: number; text: string }> {
  process.exitCode = 0;
  output = [];
  const program = new Command().exitOverride();
  addDataCommands(program);
  await program.parseAsync(['data', ...args], { from: 'user' });
  return { code: Number(process.exitCode), text: output.join('\n') };
}

/** Changes every camera file. */
async function cameras(change: (intrinsic: Record<string, number>) => void): Promise<void> {
  const names = await readdir(root, { recursive: true });
  for (const name of names.filter((one) => one.endsWith('_camera.json'))) {
    const camera = JSON.parse(await readFile(join(root, name), 'utf8')) as {
      intrinsic: Record<string, number>;
    };
    change(camera.intrinsic);
    await writeFile(join(root, name), JSON.stringify(camera));
  }
}

describe('data check', () => {
  test('says nothing more of a tree that is taken whole', async () => {
    const { code, text } = await data('check', root);
    expect(code).toBe(0);
    expect(text).toContain('train 1, val 1, test 0 frames');
    expect(text).not.toMatch(/left out|camera|frames that are in/);
  });

  test('lists what is left out, grouped by reason, and frames of two splits', async () => {
    await cp(join(root, 'leftImg8bit', 'val'), join(root, 'leftImg8bit', 'validation'), {
      recursive: true,
    });
    for (const type of ['leftImg8bit', 'gtFine', 'disparity', 'camera']) {
      await symlink('train', join(root, type, 'test'));
    }
    const { code, text } = await data('check', root);
    expect(code).toBe(0);
    expect(text).toMatch(
      /left out, 1 in all:\n {2}in leftImg8bit\/validation\/, which is none of .*: 1 \(/,
    );
    expect(text).toMatch(/frames that are in train and in test: 1 \(/);
  });

  test('fails without annotations, whatever else is there', async () => {
    await rename(join(root, 'gtFine'), join(root, 'gtCoarse'));
    for (const type of ['disparity', 'camera']) await rm(join(root, type), { recursive: true });
    const { code, text } = await data('check', root);
    expect(code).toBe(1);
    expect(text).toContain('folders of a kind that is not read: 1 (gtCoarse/)');
    expect(text).toMatch(/1 problems:\n.*no annotations that are read; expected gtFine/);
    expect(text).not.toMatch(/^class /m);
  });

  test('fails where cameras are of another resolution than the pictures', async () => {
    await cameras((intrinsic) => {
      for (const name of Object.keys(intrinsic)) intrinsic[name] *= 64;
    });
    const { code, text } = await data('check', root);
    expect(code).toBe(1);
    expect(text).toMatch(
      /2 problems:\n.*_camera\.json: the principal point .* outside its picture/,
    );
  });

  test('notes cameras whose principal point lies far from the middle', async () => {
    // As when a picture was scaled by 3/4 and its camera was not.
    await cameras((intrinsic) => {
      for (const name of Object.keys(intrinsic)) intrinsic[name] *= 4 / 3;
    });
    const { code, text } = await data('check', root);
    expect(code).toBe(0);
    expect(text).toMatch(/2 cameras have their principal point far from the middle/);
  });
});

test('training says what is left out in one line, once', async () => {
  await writeFile(join(root, 'leftImg8bit', 'train', 'photo.bmp'), '');
  const recipe = { root, limits: ALL, holdOut: null };
  await openStored(recipe);
  await openStored(recipe);
  expect(output).toEqual([
    `warning: ${root}: 1 left out (in leftImg8bit/ with a name that is not read: 1 (leftImg8bit/train/photo.bmp)); 'data check' tells more`,
  ]);
});

test('a preview too large is refused before a frame is read, with the largest size that fits', async () => {
  const preview = data('preview', root, '--size', '8192x8192', '--out', join(folder, 'p.png'));
  // One training frame, four pictures: floor(√(2²⁷ / 4)) = 5792.
  await expect(preview).rejects.toThrow(
    '--size: 8192 × 8192 px, 4 times, is above the limit of 134217728 px; the largest of this shape that fits is 5792 × 5792',
  );
});
