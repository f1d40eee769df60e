import sharp from 'sharp';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const cli = compiled(new URL('../src/cli.ts', import.meta.url));

interface Outcome {
  code: number;
  output: string;
  error: string;
}

/** `replicate data …` in a process of its own. */
const data = (...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [cli, 'data', ...args], (error, output, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output, error: stderr }),
    );
  });

let folder = '';
let tree = '';
const recipe = ['--frames', '3', '--val', '2', '--size', '32x64', '--seed', '4'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'données 街 '));
  tree = join(folder, 'a tree ü');
  const outcome = await data('generate', '--out', tree, ...recipe, '--workers', '2');
  expect(outcome).toMatchObject({ code: 0 });
  expect(outcome.output).toMatch(/3 training and 2 validation frames of 32×64 px, seed 4, content/);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A copy of the tree, and the file of its first training frame of a kind. */
async function copied(name: string): Promise<{ root: string; file: (kind: string) => string }> {
  const root = join(folder, name);
  await cp(tree, root, { recursive: true });
  const names = await readdir(root, { recursive: true });
  const file = (kind: string) =>
    join(root, names.filter((n) => n.includes('train') && n.endsWith(kind)).sort()[0]);
  return { root, file };
}

const grey8 = (pixels: Uint8Array, width: number, height: number) =>
  sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();

describe('data generate', () => {
  test('gives the same bytes with one process and with two', async () => {
    const alone = join(folder, 'alone');
    expect(await data('generate', '--out', alone, ...recipe, '--workers', '1')).toMatchObject({
      code: 0,
    });
    const files = async (root: string) => {
      const names = (await readdir(root, { recursive: true })).sort();
      return names.filter((name) => /\.(png|json)$/.test(name));
    };
    const names = await files(tree);
    // Seven files per frame, and the manifest.
    expect(names).toHaveLength(5 * 7 + 1);
    expect(await files(alone)).toEqual(names);
    for (const name of names) {
      expect(await readFile(join(alone, name))).toEqual(await readFile(join(tree, name)));
    }
  });

  test('keeps a tree of the same recipe, refuses another and bad arguments', async () => {
    expect(await data('generate', '--out', tree, ...recipe)).toMatchObject({ code: 0 });
    const other = await data('generate', '--out', tree, '--frames', '9');
    expect(other.code).toBe(1);
    expect(other.error).toContain(`error: ${tree}: holds a tree of another recipe`);
    const size = await data('generate', '--out', join(folder, 'x'), '--size', '64');
    expect(size.code).not.toBe(0);
    expect(size.error).toMatch(/--size <HxW>.*expected HEIGHTxWIDTH/);
    const none = await data('generate', '--out', join(folder, 'x'), '--frames', '0', '--val', '0');
    expect(none.error).toContain('expected at least one frame');
    expect(await readdir(folder)).not.toContain('x');
  });
});

describe('data check', () => {
  test('prints the statistics beside Cityscapes’ and what colour alone gives, draws plots', async () => {
    const plots = join(folder, 'the plots');
    const { code, output, error } = await data('check', tree, '--plots', plots);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(output).toContain('street, train 3, val 2, test 0 frames');
    expect(output).toMatch(/content as in street\.json: [0-9a-f]{16}/);
    // Published share of road, objects per image and mean size of cars.
    expect(output).toMatch(/road +\d+\.\d\d +36\.87 /);
    expect(output).toMatch(/car +\d+\.\d\d +6\.99 +\d+\.\d\d +9 +\d+ +12794 /);
    expect(output).toMatch(/in two or more pieces \d+\.\d\d %/);
    expect(output).toMatch(
      /colour of each pixel alone.*accuracy \d+\.\d %, mean IoU \d+\.\d %; always '\w+': accuracy/,
    );
    const drawn = (await readdir(plots)).sort();
    expect(drawn).toEqual(
      ['class-shares', 'disparities', 'object-means', 'object-sizes', 'objects'].map(
        (name) => `${name}.svg`,
      ),
    );
    for (const name of drawn) expect(await readFile(join(plots, name), 'utf8')).toMatch(/^<svg /);
    expect(await readFile(join(plots, 'class-shares.svg'), 'utf8')).toContain('Cityscapes');
  });

  test('names the files whose labels and objects disagree, and how many px', async () => {
    const { root, file } = await copied('disagreeing');
    const labels = file('gtFine_labelIds.png');
    const pixels = Uint8Array.from(await sharp(labels).toColourspace('b-w').raw().toBuffer());
    const at = pixels.indexOf(7);
    await writeFile(labels, await grey8(pixels.with(at, 26).with(at + 1, 26), 64, 32));
    const { code, error } = await data('check', root);
    expect(code).toBe(1);
    expect(error).toContain(
      `${file('gtFine_instanceIds.png')}: 2 px of another class than in labelIds, the first at row ${Math.floor(at / 64)}, column ${at % 64} (instance value 7, label id 26)`,
    );
  });

  test('goes on after a damaged file and reports all of them', async () => {
    const { root, file } = await copied('damaged');
    await truncate(file('leftImg8bit.png'), 300);
    const names = (await readdir(root, { recursive: true })).filter((n) => n.includes('val'));
    const [unknown, wrong] = [
      names.filter((n) => n.endsWith('_disparity.png')).sort()[0],
      names.filter((n) => n.endsWith('labelIds.png')).sort()[1],
    ].map((n) => join(root, n));
    // 16 bits, all 0.
    const empty = sharp(new Uint16Array(2048), { raw: { width: 64, height: 32, channels: 1 } });
    await writeFile(unknown, await empty.toColourspace('grey16').png().toBuffer());
    await writeFile(wrong, await grey8(new Uint8Array(2048).fill(77), 64, 32));
    const { code, error, output } = await data('check', root);
    expect(code).toBe(1);
    expect(error).toContain('3 problems:');
    expect(error).toMatch(
      /leftImg8bit\.png: not a whole photograph \(the PNG image is truncated\)/,
    );
    expect(error).toMatch(/val marsfeld_000000_000019: no pixel of the disparity is known/);
    expect(error).toMatch(/labelIds\.png: label id 77 at row 0, column 0/);
    // Two training frames and one of validation are left to count.
    expect(output).toMatch(/^road /m);
  });

  test('counts label noise that the recipe asked for, and finds no fault with it', async () => {
    const noisy = join(folder, 'noisy');
    const noise = ['--label-flips', '0.2', '--boundary-sigma', '1', '--disparity-sigma', '0.3'];
    expect(
      await data('generate', '--out', noisy, ...recipe, '--workers', '2', ...noise),
    ).toMatchObject({ code: 0 });
    const { code, output } = await data('check', noisy);
    expect(code).toBe(0);
    const share = /differ at (\d+\.\d+) % of the pixels: the label noise of street\.json/.exec(
      output,
    );
    // 20 % of the evaluated pixels, about 88 % of all, and the boundaries on top.
    expect(Number(share?.[1])).toBeGreaterThan(15);
    expect(Number(share?.[1])).toBeLessThan(40);
    expect(await data('check', join(noisy, 'truth'))).toMatchObject({ code: 0, error: '' });
  });

  test('lists missing files all at once', async () => {
    const { root, file } = await copied('incomplete');
    const gone = [file('disparity.png'), file('camera.json')];
    for (const name of gone) await rm(name);
    const { code, error } = await data('check', root);
    expect(code).toBe(1);
    for (const name of gone) expect(error).toContain(name);
    const nowhere = await data('check', join(folder, 'nowhere'));
    expect(nowhere).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^error: .*nowhere: there is no such folder/),
    });
  });
});

describe('data preview', () => {
  test('writes photograph, classes, objects and disparity of each frame side by side', async () => {
    const out = join(folder, 'sheets', 'contact sheet é.png');
    const args = ['--out', out, '--frames', '2', '--size', '32x64', '--split', 'val'];
    expect(await data('preview', tree, ...args)).toMatchObject({ code: 0 });
    // 560 px at least; title, headings, ids, two rows of 32 px, a gap, 20 colours, and two lines of words.
    const height = 2 * 20 + 2 * (20 + 32) + 8 + 5 * 20 + 2 * 20;
    expect(await sharp(out).metadata()).toMatchObject({ format: 'png', width: 560, height });
    expect(await readdir(join(folder, 'sheets'))).toEqual(['contact sheet é.png']);
    const before = await readFile(out);
    const again = await data('preview', tree, ...args);
    expect(again).toMatchObject({ code: 1 });
    expect(again.error).toContain(
      `error: ${out}: there already; choose another name, or give --force`,
    );
    expect(await readFile(out)).toEqual(before);
  });

  test('refuses a split that is none or empty, and a place that cannot be written', async () => {
    const other = await data('preview', tree, '--split', 'validation', '--out', 'x.png');
    expect(other.error).toMatch(/--split <name>.*Allowed choices are train, val, test/);
    const empty = await data('preview', tree, '--split', 'test', '--out', join(folder, 'x.png'));
    expect(empty.error).toContain(`error: ${tree}: no frames in split 'test'`);
    const blocked = join(tree, 'street.json', 'x.png');
    const failed = await data('preview', tree, '--out', blocked, '--size', '32x64');
    expect(failed.code).toBe(1);
    expect(failed.error).toMatch(
      /^error: .*street\.json is a file, not a folder\); choose another/,
    );
    const nowhere = await data('preview', tree);
    expect(nowhere.error).toContain("required option '--out <png>'");
    const nothing = await data('preview', tree, '--out', '');
    expect(nothing.error).toContain('expected a path, got nothing');
    for (const outcome of [other, empty, nowhere, nothing]) expect(outcome.code).not.toBe(0);
  });
});
