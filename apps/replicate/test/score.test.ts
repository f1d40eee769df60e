import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { addScoreCommand } from '../src/commands/score.ts';

const vectors = (name: string) =>
  fileURLToPath(new URL(`../../../packages/eval/test/fixtures/vectors/${name}`, import.meta.url));

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
  const program = new Command('replicate').exitOverride();
  addScoreCommand(program);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(['score', ...args], { from: 'user' });
    return 0;
  } catch (error) {
    return (error as { exitCode: number }).exitCode;
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
    expect(await score('--gt', '.', '--task', 'semantic')).toBe(1);
    expect(err).toContain("required option '--pred <folder>' not specified");
  });
});
