import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { walk } from '../src/walk.ts';

let root = '';
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'walk 街-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

/** Writes empty files, with the folders above them. */
async function put(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), '');
  }
}

describe('a walk', () => {
  test('finds every file in a fixed order, but those that programs leave behind', async () => {
    await put('b/z.png', 'b/Z.png', 'a/deep/er/x.png', 'ä.png', 'b/._z.png', '.DS_Store', '.git/x');
    await put('b/Thumbs.db', 'desktop.ini');
    expect(await walk(root)).toEqual({
      // By UTF-16 code units: capitals first, 'ä' last.
      files: ['a/deep/er/x.png', 'b/Z.png', 'b/z.png', 'ä.png'],
      unreadable: [],
      again: [],
    });
  });

  test('follows links to files and folders, each real folder once, under its own name', async () => {
    await put('zoo/x.png', 'elsewhere/y.png');
    await symlink('zoo', join(root, 'a'));
    await symlink('../zoo/x.png', join(root, 'elsewhere/x.png'));
    await symlink('..', join(root, 'zoo/up'));
    const { files, again } = await walk(root);
    expect(files).toEqual(['elsewhere/x.png', 'elsewhere/y.png', 'zoo/x.png']);
    expect(again).toEqual([
      { path: 'a', reason: 'a link to zoo, which is read already' },
      { path: 'zoo/up', reason: 'a link to the folder itself, which is read already' },
    ]);
    // What lies outside is found through the link, and links within it too.
    expect((await walk(join(root, 'zoo'))).files).toEqual(
      ['up/elsewhere/x.png', 'up/elsewhere/y.png', 'x.png'].sort(),
    );
  });

  test('ends where folders link to each other', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      await put(`${name}/x.png`);
      for (const other of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
        await symlink(`../${other}`, join(root, name, `to ${other}`));
      }
    }
    const { files, again } = await walk(root);
    expect([files.length, again.length]).toEqual([8, 64]);
  });

  test('says what cannot be read: links that lead nowhere, pipes', async () => {
    await put('a/x.png', 'b/y.png/z.png');
    await symlink('gone', join(root, 'a/dangling.png'));
    await symlink('loop', join(root, 'loop'));
    await symlink('/dev/zero', join(root, 'endless.png'));
    execFileSync('mkfifo', [join(root, 'pipe.png')]);
    expect(await walk(root)).toMatchObject({
      files: ['a/x.png', 'b/y.png/z.png'],
      unreadable: [
        { path: 'b/y.png', reason: 'a folder with the name of a file' },
        { path: 'pipe.png', reason: 'neither a file nor a folder' },
        { path: 'a/dangling.png', reason: 'a link that leads nowhere (ENOENT)' },
        { path: 'endless.png', reason: 'a link to neither a file nor a folder' },
        { path: 'loop', reason: 'a link that leads nowhere (ELOOP)' },
      ],
    });
  });

  test('of a folder that is not there is an error', async () => {
    await expect(walk(join(root, 'gone'))).rejects.toThrow(/gone: .* cannot be listed \(ENOENT\)/);
    await put('file');
    await expect(walk(join(root, 'file'))).rejects.toThrow(/file: .*\(ENOTDIR\)/);
  });
});
