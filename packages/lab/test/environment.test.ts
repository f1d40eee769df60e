import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { shellWords } from '@scene-mtl/data';
import { environment } from '@scene-mtl/lab';
import { commitOf } from '../src/store/commit.ts';

describe('the commit of a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-commit-'));
  });

  test('a machine without git is told apart from a folder without a checkout', () => {
    expect(commitOf(folder, { ...process.env, PATH: join(folder, 'nothing') })).toBe(
      'git is missing',
    );
    // Else git would look in the folders above.
    const bounded = { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() };
    expect(commitOf(folder, bounded)).toBe('not a git checkout');
  });

  test('a checkout gives its commit, and says so where files differ from it', async () => {
    const work = join(folder, 'work');
    await mkdir(work);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: work });
    git('init', '--quiet');
    expect(commitOf(work)).toBe('no commit yet');
    await writeFile(join(work, 'a'), '1');
    git('add', 'a');
    git('commit', '--quiet', '-m', 'a');
    const hash = git('rev-parse', 'HEAD').toString().slice(0, 12);
    expect(commitOf(work)).toBe(hash);
    await writeFile(join(work, 'a'), '2');
    expect(commitOf(work)).toBe(`${hash} with changes`);
  });

  test('anything else is what git says', async () => {
    const broken = join(folder, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, '.git'), 'no link');
    expect(commitOf(broken)).toMatch(/^git failed: invalid gitfile format/);
  });

  test('stands in the environment', () => {
    expect(environment()['commit']).toBe(commitOf());
  });
});

describe('words of a shell', () => {
  test('those that a shell leaves alone stay as they are', () => {
    expect(shellWords(['table1', '--set', 'training.steps=200', '--data', '/a/b-c_d'])).toBe(
      'table1 --set training.steps=200 --data /a/b-c_d',
    );
  });

  test('others are quoted', () => {
    expect(shellWords(['seeds=[1, 2]', "it's", '', '$HOME', 'a\nb'])).toBe(
      "'seeds=[1, 2]' 'it'\\''s' '' '$HOME' $'a\\nb'",
    );
  });

  test('a shell reads them as they were', () => {
    const words = [
      ...fc.sample(
        fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0')),
        { numRuns: 150, seed: 1 },
      ),
      ...fc.sample(
        fc.string({ unit: fc.constantFrom(...' =~#*?[]{}()<>|&;!$`"\'\\\n\t\r\x1b\x7fa1-') }),
        {
          numRuns: 350,
          seed: 2,
        },
      ),
    ];
    const read = execFileSync('bash', ['-c', `printf '%s\\0' ${shellWords(words)}`]).toString();
    expect(read.split('\0').slice(0, -1)).toEqual(words);
  });
});
