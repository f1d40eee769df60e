import { execFile, spawnSync } from 'node:child_process';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { partialPath } from '../src/files/abandoned.ts';
import {
  assertFree,
  cannotWrite,
  isReadOnly,
  writeAtomically,
  writeTogether,
} from '../src/files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scène mtl 街-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('writes text and bytes, makes the folders above, and replaces what was there', async () => {
  const file = join(folder, 'a', 'b', 'file.txt');
  await writeAtomically(file, 'one');
  await writeAtomically(file, Uint8Array.of(116, 119, 111), { sync: false });
  expect(await readFile(file, 'utf8')).toBe('two');
  expect(await readdir(join(folder, 'a', 'b'))).toEqual(['file.txt']);
});

test('a failure leaves the old content and nothing else', async () => {
  const within = join(folder, 'full');
  const file = join(within, 'file.txt');
  await writeAtomically(file, 'old');
  const write = async (path: string, content: Uint8Array | string) => {
    await writeFile(path, content.slice(0, 2));
    throw new Error('the disk is full');
  };
  await expect(writeAtomically(file, 'newer', { write })).rejects.toThrow('the disk is full');
  expect(await readdir(within)).toEqual(['file.txt']);
  expect(await readFile(file, 'utf8')).toBe('old');
});

test('many writers of one file leave it whole', async () => {
  const within = join(folder, 'many');
  const file = join(within, 'file.txt');
  const texts = Array.from({ length: 8 }, (_, k) => String(k).repeat(100_000));
  await Promise.all(texts.map((text) => writeAtomically(file, text)));
  expect(texts).toContain(await readFile(file, 'utf8'));
  expect(await readdir(within)).toEqual(['file.txt']);
});

describe('what cannot be written', () => {
  // errno(3): what each code means. A cause as Node gives it.
  const causeOf = (code: string) => Object.assign(new Error(`${code}: what it says`), { code });
  const codes = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'EFBIG'];

  test.each([...codes, 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EIO'])(
    '%s is one line with the file, the reason and a remedy; nothing is left',
    async (code) => {
      const within = join(folder, code.toLowerCase());
      const file = join(within, 'file.txt');
      const write = async (path: string, content: Uint8Array | string) => {
        await writeFile(path, content.slice(0, 2));
        throw causeOf(code);
      };
      const failure = (await writeAtomically(file, 'text', { write }).catch(
        (e: Error) => e,
      )) as NodeJS.ErrnoException;
      expect(failure.message.startsWith(`${file}: cannot be written (`)).toBe(true);
      expect(failure.message).toMatch(/\); [^\n]+$/);
      // The system's own words are for programmers.
      expect(failure.message).not.toContain(code);
      expect(failure.code).toBe(code);
      expect(await readdir(within)).toEqual([]);
    },
  );

  test('a code that the table lacks is told in the system’s words', () => {
    expect(cannotWrite('a', causeOf('EWEIRD')).message).toBe(
      'a: cannot be written (EWEIRD: what it says)',
    );
    expect(['EROFS', 'EACCES', 'EPERM'].every((code) => isReadOnly(causeOf(code)))).toBe(true);
    expect(isReadOnly(causeOf('ENOSPC'))).toBe(false);
  });

  test('a folder of that name, a file in place of a folder, no name, too long a name', async () => {
    const within = join(folder, 'ways');
    await mkdir(join(within, 'taken'), { recursive: true });
    await writeFile(join(within, 'file'), 'mine');
    const said = (path: string) => writeAtomically(path, 'x').catch((e: Error) => e.message);
    expect(await said(join(within, 'taken'))).toMatch(/taken: .*a folder has this name/);
    const below = join(within, 'file', 'a', 'b.txt');
    expect(await said(below)).toBe(
      `${below}: cannot be written (${join(within, 'file')} is a file, not a folder); choose another folder`,
    );
    expect(await said('')).toMatch(/no name was given/);
    expect(await said(join(within, 'n'.repeat(300)))).toMatch(/the name is too long/);
    expect((await readdir(within)).sort()).toEqual(['file', 'taken']);
    expect(await readFile(join(within, 'file'), 'utf8')).toBe('mine');
  });

  test('a name that is just short enough is written', async () => {
    // 255 bytes: the longest name of ext4, APFS and NTFS; two bytes for each é.
    const file = join(folder, 'long', 'é'.repeat(127) + 'x');
    await writeAtomically(file, 'x');
    expect(await readdir(join(folder, 'long'))).toEqual(['é'.repeat(127) + 'x']);
  });

  test('more than `ulimit -f` allows is an error like the others, not an end by a signal', async () => {
    const within = join(folder, 'limited');
    await mkdir(within);
    const module = compiled(new URL('../src/files.ts', import.meta.url));
    const code = `
      import { writeAtomically } from ${JSON.stringify(module)};
      await writeAtomically(process.argv[1], new Uint8Array(100_000)).catch((e) => console.log(e.message));`;
    // In blocks of 512 or 1024 bytes.
    const { stdout } = await promisify(execFile)('sh', [
      ...['-c', 'ulimit -f 8 && exec "$@"', 'sh', process.execPath],
      ...['--input-type=module', '-e', code, join(within, 'file')],
    ]);
    expect(stdout).toMatch(
      /file: cannot be written \(larger than a file may be here\); .*ulimit -f/,
    );
    expect(await readdir(within)).toEqual([]);
  });
});

test('a link is written through, a link that leads nowhere is replaced, a device stays one', async () => {
  const within = join(folder, 'links');
  await mkdir(join(within, 'real'), { recursive: true });
  await writeFile(join(within, 'real', 'file'), 'old');
  await symlink(join('real', 'file'), join(within, 'link'));
  await symlink('nowhere', join(within, 'dangling'));
  await writeAtomically(join(within, 'link'), 'new');
  await writeAtomically(join(within, 'dangling'), 'new');
  expect((await lstat(join(within, 'link'))).isSymbolicLink()).toBe(true);
  expect(await readFile(join(within, 'real', 'file'), 'utf8')).toBe('new');
  expect(await readFile(join(within, 'dangling'), 'utf8')).toBe('new');
  await writeAtomically('/dev/null', 'new');
  expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
});

test('what dead processes were writing goes with the first writing into the folder', async () => {
  const within = join(folder, 'dead');
  await mkdir(within);
  const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
  const own = partialPath(join(within, 'of-this-process'));
  const left = {
    // Of this machine and this process, which runs.
    alive: own,
    killed: own.replace(`-${process.pid}-`, `-${dead}-`),
    elsewhere: join(within, `file.00000000-${dead}-00000000.partial`),
    older: join(within, 'file.00000000-1-00000000.partial'),
  };
  for (const file of Object.values(left)) await writeFile(file, 'half');
  const hours = new Date(Date.now() - 2 * 3.6e6);
  await utimes(left.older, hours, hours);
  await writeAtomically(join(within, 'file'), 'whole');
  const names = (await readdir(within)).sort();
  expect(names.map((name) => join(within, name)).sort()).toEqual(
    [left.alive, left.elsewhere, join(within, 'file')].sort(),
  );
});

test('files that belong together are all written or none', async () => {
  const within = join(folder, 'together');
  const [a, b] = ['a', 'b'].map((name) => join(within, name));
  await writeTogether([
    [a, 'old a'],
    [b, 'old b'],
  ]);
  const write = async (path: string, content: Uint8Array | string) => {
    await writeFile(path, content);
    if (content === 'new b') throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  };
  const both = [
    [a, 'new a'],
    [b, 'new b'],
  ] as const;
  await expect(writeTogether(both, { write })).rejects.toThrow(`${b}: cannot be written`);
  expect(await readFile(a, 'utf8')).toBe('old a');
  await mkdir(join(within, 'c'));
  await expect(writeTogether([...both, [join(within, 'c'), '']])).rejects.toThrow('a folder');
  expect(await readFile(a, 'utf8')).toBe('old a');
  await writeTogether(both);
  expect(await readFile(b, 'utf8')).toBe('new b');
  expect((await readdir(within)).sort()).toEqual(['a', 'b', 'c']);
});

test('what is there already is only replaced on request, a folder never', async () => {
  const within = join(folder, 'free');
  await mkdir(join(within, 'folder'), { recursive: true });
  const [file, other] = ['file', 'other'].map((name) => join(within, name));
  await writeFile(file, 'mine');
  await expect(assertFree([other, file])).rejects.toThrow(`${file}: there already;`);
  await expect(assertFree([other, file])).rejects.toThrow('--force');
  await assertFree([other, file], true);
  await assertFree([other, '/dev/null']);
  await expect(assertFree([join(within, 'folder')], true)).rejects.toThrow('a folder');
});
