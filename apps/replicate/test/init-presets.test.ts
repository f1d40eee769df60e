import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { presets } from '@scene-mtl/datasets';
import { check } from '../src/commands/data/check.ts';
import { initData } from '../src/commands/data/init.ts';

const published = fileURLToPath(
  new URL('../../../packages/datasets/test/fixtures/published', import.meta.url),
);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init '));
  await cp(published, folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(presets.map(({ name }) => name))(
  '%s is described, said why, and checked',
  async (name) => {
    const root = join(folder, name);
    const lines = await initData(root);
    // MTAN's folder has both of its forms.
    const first = name === 'cityscapes-mtan-19' ? 'cityscapes-mtan' : name;
    expect(lines[0]).toMatch(
      new RegExp(`^${first}: .*, known by its files \\(--preset none guesses`),
    );
    expect(lines.at(-1)).toBe(`  npm run replicate -- table1 --profile smoke --data '${root}'`);
    const { problems, dataset, summary } = await check(root);
    expect(problems).toEqual([]);
    expect(summary.filter((line) => /^\w+ \(\w+\): in /.test(line))).toHaveLength(
      dataset.fields.length,
    );
  },
);

test('a preset is chosen by name, or none is', async () => {
  const root = join(folder, 'cityscapes-mtan-19');
  const [, also] = await initData(root, { force: true });
  expect(also).toMatch(/^fits too: .*: --preset cityscapes-mtan-19$/);
  await initData(root, { force: true, preset: 'cityscapes-mtan-19' });
  const text = await readFile(join(root, 'dataset.json'), 'utf8');
  expect(text).toContain('{split}/label_19/{id}.npy');
  await expect(initData(root, { force: true, preset: 'kitti-2012' })).rejects.toThrow(
    /not of the form of KITTI 2012/,
  );
  expect(await readFile(join(root, 'dataset.json'), 'utf8')).toBe(text);
  // A guess takes no arrays for photographs.
  await expect(
    initData(join(folder, 'nyuv2-mtan'), { force: true, preset: 'none' }),
  ).rejects.toThrow(/no photographs found/);
});

test('what is read as it is gets no description', async () => {
  const root = join(folder, 'camvid');
  await mkdir(join(root, 'trainannot'), { recursive: true });
  await writeFile(join(root, 'train.txt'), '');
  expect((await initData(root))[0]).toMatch(
    /: CamVid in the SegNet split, which is read as it is and needs no dataset\.json; nothing written/,
  );
  await expect(readFile(join(root, 'dataset.json'))).rejects.toThrow(/ENOENT/);
});
