import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { addScoreCommand } from '../src/commands/score.ts';
import { scoreProgress } from '../src/commands/score/progress.ts';
import { reportError } from '../src/terminal.ts';
import { greyPng } from './grey-png.ts';

const vectors = (name: string) =>
  fileURLToPath(new URL(`../../../packages/eval/test/fixtures/vectors/${name}`, import.meta.url));

type Content = Readonly<Record<string, string | Uint8Array>>;
const roots: string[] = [];
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true })));

/** A folder with some files. */
function place(files: Content): string {
  const root = mkdtempSync(join(tmpdir(), 'replicate-score-'));
  roots.push(root);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  return root;
}

/** A folder with the files of one frame out of another. */
function copyOf(folder: string, city: string, frame: string): string {
  const root = place({});
  cpSync(folder, root, {
    recursive: true,
    filter: (from) => statSync(from).isDirectory() || from.includes(frame),
  });
  expect(readdirSync(root, { recursive: true }).some((name) => String(name).includes(city))).toBe(
    true,
  );
  return root;
}

/** A car of two pixels on road. */
const cars = Uint16Array.of(26000, 26000, 7, 7);

let out: string;
let err: string;
beforeEach(() => {
  out = '';
  err = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Runs the command; gives the exit code. */
async function score(...args: string[]): Promise<number> {
  const program = new Command('replicate').showHelpAfterError('(help)').exitOverride();
  addScoreCommand(program);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(['score', ...args], { from: 'user' });
    return 0;
  } catch (error) {
    return reportError(error, process);
  }
}

// Expected numbers: the headline values of the official test vectors (cityscapesScripts 2.2.4).
describe('replicate score', () => {
  test('prints a table of the pixel-level scores and the progress beside it', async () => {
    const code = await score(
      '--gt',
      vectors('gtFine'),
      '--pred',
      vectors('pixel_pred'),
      '--task',
      'semantic',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/mean of classes +\| +37\.47 \| +54\.85 \|/);
    expect(out).toMatch(/mean of categories +\| +62\.48 \| +77\.38 \|/);
    expect(err).toContain('3 of 3 images');
  });

  test('prints JSON that holds every number, and nothing else on the output', async () => {
    const code = await score(
      '--gt',
      vectors('gtFine'),
      '--pred',
      vectors('results'),
      '--task',
      'instance',
      '--json',
    );
    expect(code).toBe(0);
    const json = JSON.parse(out) as { allAp: number; allAp50: number; ap: unknown[][][] };
    expect(json.allAp).toBeCloseTo(0.457621527777778, 12);
    expect(json.allAp50).toBeCloseTo(0.855555555555556, 12);
    expect([json.ap.length, json.ap[0].length, json.ap[0][0].length]).toEqual([1, 8, 10]);
  });

  const instances = ['--gt', vectors('gtFine'), '--pred', vectors('results'), '--task', 'instance'];

  test('gives intervals over the images, the same each time, and the scores of each', async () => {
    const perFrame = join(place({}), 'frames.jsonl');
    const more = ['--resamples', '200', '--per-frame', perFrame, '--json'];
    expect(await score(...instances, ...more)).toBe(0);
    const first = out;
    const json = JSON.parse(first) as { allAp: number; intervals: Record<string, number[]> };
    const [low, high] = json.intervals['allAp'];
    expect([low <= json.allAp, json.allAp <= high, low < high]).toEqual([true, true, true]);
    out = '';
    expect(await score(...instances, ...more)).toBe(0);
    expect(out).toBe(first);
    const lines = readFileSync(perFrame, 'utf8').trim().split('\n');
    const frames = lines.map(
      (line) => JSON.parse(line) as { frame: string; metrics: Record<string, number | null> },
    );
    expect(frames).toHaveLength(3);
    // Of one image the score of the whole is that of the image.
    for (const { frame, metrics } of frames) {
      const city = frame.split('_')[0];
      const [gt, pred] = ['gtFine', 'results'].map((name) => copyOf(vectors(name), city, frame));
      out = '';
      expect(await score('--gt', gt, '--pred', pred, '--task', 'instance', '--json')).toBe(0);
      const alone = JSON.parse(out) as { allAp: number | null; allAp50: number | null };
      expect(metrics).toEqual({ allAp: alone.allAp, allAp50: alone.allAp50 });
    }
  });

  test.each([
    ['semantic', 'gtFine', 'pixel_pred', /IoU, mean of classes +\| +37\.4\d+ \| +\d+\.\d{4} … \d/],
    ['panoptic', 'panoptic_gt', 'panoptic_pred', /PQ +\| +58\.98\d\d \| +\d+\.\d{4} … \d/],
  ])('prints the intervals of %s below its table', async (task, gt, pred, line) => {
    const folders = ['--gt', vectors(gt), '--pred', vectors(pred)];
    expect(await score(...folders, '--task', task, '--resamples', '50')).toBe(0);
    expect(out).toMatch(/Intervals over the images, 50 resamples/);
    expect(out).toMatch(line);
  });

  test('prints panoptic quality by class name', async () => {
    const code = await score(
      '--gt',
      vectors('panoptic_gt'),
      '--pred',
      vectors('panoptic_pred'),
      '--task',
      'panoptic',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/all \(13\) +\| +58\.98 \| +62\.01 \| +73\.26 \|/);
    expect(out).toMatch(/bus +\| +90\.48 \|/);
  });

  test('ends with code 1 and one line that names the file when a prediction is missing', async () => {
    const code = await score(
      '--gt',
      vectors('gtFine'),
      '--pred',
      vectors('panoptic_gt/nowhere'),
      '--task',
      'semantic',
    );
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*nowhere: folder cannot be read \(ENOENT\)\n$/);
    expect(out).toBe('');
  });

  test('refuses an unknown task and options that do not go together', async () => {
    const folders = ['--gt', vectors('gtFine'), '--pred', vectors('results')];
    expect(await score(...folders, '--task', 'lanes')).toBe(1);
    expect(err).toContain("'lanes' is invalid. Allowed choices are semantic, instance");
    expect(await score(...folders, '--task', 'semantic', '--stereo', '.')).toBe(1);
    expect(err).toContain('--stereo only goes with --task instance');
    const file = join(place({ 'a.json': '{}' }), 'a.json');
    expect(await score('--gt', file, '--pred', '.', '--task', 'semantic')).toBe(1);
    expect(err).toContain(`--gt ${file}: expected a folder, this is a file; only --task panoptic`);
    expect(await score('--gt', '.', '--task', 'semantic')).toBe(1);
    expect(err).toContain("required option '--pred <place>' not specified");
  });

  test('prints one line after a data error, whatever names hold, and no usage', async () => {
    const gt = place({ 'ulm\n\u001b[2J_0_1_gtFine_instanceIds.png': greyPng(cars) });
    expect(await score('--gt', gt, '--pred', gt, '--task', 'instance')).toBe(1);
    expect(err).toMatch(/^error: no prediction for .*ulm\\n\\u001b\[2J_0_1_gtFine_.*\.txt.*\n$/);
    err = '';
    const nul = place({ 'p.json': '{"categories": [{"id": 1, "name": "\u0000"}]}' });
    const both = ['--gt', join(nul, 'p.json'), '--pred', join(nul, 'p.json')];
    expect(await score(...both, '--task', 'panoptic')).toBe(1);
    expect(err).toMatch(/^error: .*p\.json:1:36: expected the end of a text, .*\n$/);
    expect(err.slice(0, -1)).not.toMatch(/\p{Cc}/u);
  });

  describe('notes', () => {
    const scored = async (task: string, gt: Content, pred: Content, ...more: string[]) => {
      const code = await score('--gt', place(gt), '--pred', place(pred), '--task', task, ...more);
      expect({ code, err }).toEqual({ code: 0, err: '1 of 1 images\n' });
      return out;
    };
    const truth = (ids: readonly number[]) => ({
      'ulm_0_1_gtFine_labelIds.png': greyPng(Uint8Array.from(ids)),
      'ulm_0_1_gtFine_instanceIds.png': greyPng(Uint16Array.from(ids)),
    });
    const semantic = (truthIds: number[], ids: number[], ...more: string[]) =>
      scored(
        'semantic',
        truth(truthIds),
        { 'ulm_0_1.png': greyPng(Uint8Array.from(ids)) },
        ...more,
      );
    const found = { 'ulm_0_1.txt': 'm.png 26 1', 'm.png': greyPng(Uint8Array.of(1, 1, 0, 0)) };

    test('say that training ids were scored as ids', async () => {
      expect(await semantic([7, 11, 23, 26], [0, 2, 10, 13])).toMatch(
        /mean of classes .* 0\.00[^]*ids are 0 … 18 \(0, 2, 10, 13\)/,
      );
      out = err = '';
      // Training ids that also are regular ids of the truth: 8 is vegetation, not sidewalk.
      expect(await semantic([8, 21, 21, 26], [1, 8, 8, 13])).toMatch(/as training ids/);
      out = err = '';
      expect(await semantic([7, 8, 11, 11], [7, 8, 11, 17])).not.toMatch(/training ids/);
      out = err = '';
      expect(await semantic([7, 8, 11, 11], [23, 26, 26, 26])).not.toMatch(/training ids/);
    });

    test('say that nothing is evaluated', async () => {
      const text = await semantic([1, 2, 3, 3], [7, 7, 7, 7]);
      expect(text).toMatch(/mean of classes +\| +– \| +– \|/);
      expect(text).toMatch(/No pixel of the ground truth is .*\(it holds the ids 1, 2, 3\)/);
      expect(text).not.toMatch(/training ids/);
      out = err = '';
      const gt = { 'ulm_0_1_gtFine_instanceIds.png': greyPng(Uint16Array.of(7, 7, 26, 26)) };
      expect(await scored('instance', gt, found)).toMatch(/no object of the eight evaluated/);
      out = err = '';
      const unknown = { 'ulm_0_1_disparity.png': greyPng(Uint16Array.of(0, 0, 0, 0)) };
      expect(await scored('disparity', unknown, unknown)).toMatch(/No pixel .* known disparity/);
    });

    test('say that sizes are not the official ones, and scale them on request', async () => {
      const gt = { 'ulm_0_1_gtFine_instanceIds.png': greyPng(cars) };
      const plain = await scored('instance', gt, found);
      expect(plain).toMatch(/car +\| +– \| +– \|/);
      expect(plain).toContain('1 of 1 objects of the ground truth are below 100 px and left out');
      expect(plain).toMatch(/not all 1024×2048 .* but 2×2 \(1\), and the smallest sizes of obj/);
      out = err = '';
      const scaled = await scored('instance', gt, found, '--area');
      expect(scaled).toMatch(/car +\| 100\.00 \| +100\.00 \|/);
      // 4 / 2²¹ = 1.9073…e-6.
      expect(scaled).toContain('area = H·W / (1024·2048) = 2·2 / (1024·2048) = 0.000001907.');
      out = err = '';
      expect(await semantic([7, 7, 7, 7], [7, 7, 7, 7])).toMatch(/the mean sizes by which iIoU/);
      out = err = '';
      const json = await semantic([7, 7, 7, 7], [7, 7, 7, 7], '--json', '--area');
      expect(JSON.parse(json)).toMatchObject({
        sizes: [{ height: 2, width: 2, images: 1 }],
        notes: [expect.stringMatching(/^--area: the mean sizes/)],
      });
    });

    test('are none where all is as in the benchmark', async () => {
      const large = { width: 2048, height: 1024 };
      const labels = greyPng(new Uint8Array(2 ** 21).fill(7), large);
      const gt = {
        'ulm_0_1_gtFine_labelIds.png': labels,
        'ulm_0_1_gtFine_instanceIds.png': greyPng(new Uint16Array(2 ** 21).fill(7), large),
      };
      expect(await scored('semantic', gt, { 'ulm_0_1.png': labels })).toMatch(/\|\n$/);
    });

    test('say which files were not used', async () => {
      const ids = greyPng(Uint8Array.of(7, 7, 7, 7));
      const gt = { ...truth([7, 7, 7, 7]), 'ulm_0_2_gtFine_labelIds.PNG': ids };
      const text = await scored('semantic', gt, { 'ulm_0_1.png': ids, 'bonn_0_1.png': ids });
      expect(text).toMatch(/Predictions of no frame of .*bonn\\_0\\_1\.png\./);
      expect(text).toMatch(/not taken: .*2\\_gtFine\\_labelIds\.PNG \(does not end in/);
    });
  });

  test('prints AP of objects to 100 m and 50 m by class', async () => {
    // d = (p − 1) / 256 = 5 px, Z = 0.2 · 1500 / 5 = 60 m, so the car counts to 100 m and not to 50 m.
    const stereo = place({
      'ulm_0_1_disparity.png': greyPng(new Uint16Array(4).fill(5 * 256 + 1)),
      'ulm_0_1_camera.json': '{"extrinsic": {"baseline": 0.2}, "intrinsic": {"fx": 1500}}',
    });
    const gt = place({ 'ulm_0_1_gtFine_instanceIds.png': greyPng(cars) });
    const pred = place({
      'ulm_0_1.txt': 'm.png 26 1',
      'm.png': greyPng(Uint8Array.of(1, 1, 0, 0)),
    });
    const folders = ['--gt', gt, '--pred', pred, '--task', 'instance', '--stereo', stereo];
    expect(await score(...folders, '--area')).toBe(0);
    expect(out).toMatch(/\| class +\| AP \(%\) \| AP50% \(%\) \| AP100m \(%\) \| AP50m \(%\) \|/);
    expect(out).toMatch(/\| car +\| 100\.00 \| +100\.00 \| +100\.00 \| +– \|/);
    expect(out).toMatch(/\| bus +\| +– \| +– \| +– \| +– \|/);
  });

  test('refuses --area where no size is scored', async () => {
    const folders = ['--gt', '.', '--pred', '.'];
    for (const task of ['panoptic', 'disparity']) {
      err = '';
      expect(await score(...folders, '--task', task, '--area')).toBe(1);
      expect(err).toContain('--area only goes with --task semantic or instance');
    }
  });
});

test('progress: on a terminal one line ten times a second, else a line at every tenth', () => {
  const lines = (isTTY: boolean) => {
    const written: string[] = [];
    const write = (text: string) => written.push(text) > 0;
    const progress = scoreProgress({ isTTY, write } as unknown as NodeJS.WriteStream);
    for (const files of [3, 49_000, 125_000]) progress.found(files);
    for (let done = 1; done <= 1000; done++) progress.scored(done, 1000);
    progress.clear();
    return written;
  };
  expect(lines(false)).toEqual([
    '125000 files found\n',
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((k) => `${k}00 of 1000 images\n`),
  ]);
  const terminal = lines(true);
  expect(terminal[0]).toBe('\r\u001b[K3 files found');
  expect(terminal.slice(-2)).toEqual(['\r\u001b[K1000 of 1000 images', '\r\u001b[K']);
  // A thousand images in a few ms.
  expect(terminal.length).toBeLessThan(100);
});
