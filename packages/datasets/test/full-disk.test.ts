import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { newFolder } from './support.ts';

// A real full disk: a file system of a few kB in memory, mounted where only the child sees it.

const mount = ['-Urm', 'sh', '-c'];
const tried = spawnSync('unshare', [...mount, 'mount -t tmpfs -o size=64k tmpfs /tmp'], {
  encoding: 'utf8',
});
const canMount = tried.status === 0;
const real = canMount ? test : test.skip;
const reason = tried.error ? 'unshare is not installed' : tried.stderr.trim().split('\n')[0];
const why = canMount ? '' : ` (skipped: this system gives no private mounts: ${reason})`;
const index = compiled(new URL('../src/index.ts', import.meta.url));

interface Outcome {
  message: string;
  left: string[];
}

/** What `work` throws on a disk of `kilobytes`, and what it leaves in the folder `at`. */
async function onSmallDisk(kilobytes: number, work: string): Promise<Outcome> {
  const at = await newFolder();
  const code = `
    import { readdir } from 'node:fs/promises';
    import * as datasets from ${JSON.stringify(index)};
    const at = ${JSON.stringify(at)};
    let message = 'nothing was thrown';
    try { ${work} } catch (error) { message = error.message; }
    console.log(JSON.stringify({ message, left: await readdir(at, { recursive: true }) }));`;
  const script = `mount -t tmpfs -o size=${kilobytes}k tmpfs "$1" && shift && exec "$@"`;
  const { stdout } = await promisify(execFile)('unshare', [
    ...mount,
    script,
    'sh',
    at,
    process.execPath,
    '--input-type=module',
    '-e',
    code,
  ]);
  return JSON.parse(stdout) as Outcome;
}

const recipe =
  '{ frames: { train: 6, val: 0 }, height: 64, width: 128, seed: 1, out: at + "/tree" }';

real(`a tree on a full disk is one error, and nothing is left${why}`, async () => {
  const { message, left } = await onSmallDisk(100, `await datasets.generateTree(${recipe});`);
  expect(message).toMatch(/tree was not made: .*\.png: cannot be written \(the disk is full\)/);
  expect(left).toEqual([]);
});

real(`a tree made by two processes on a full disk is one error as well${why}`, async () => {
  const work = `await datasets.generateTree({ ...${recipe}, workers: 2 });`;
  const { message, left } = await onSmallDisk(100, work);
  expect(message).toMatch(/tree was not made: .*cannot be written \(the disk is full\)/);
  expect(left).toEqual([]);
});

real(
  `a cache on a full disk is given up with a line, and keeps whole entries only${why}`,
  async () => {
    const work = `
    const sample = { id: 'x', height: 100, width: 100, image: new Uint8Array(30000) };
    const dataset = { name: 'made', read: async () => sample };
    const options = { folder: at + '/cache', maximumBytes: 1e9, key: 'k' };
    const kept = datasets.diskCached(dataset, options);
    console.warn = (text) => (message = text);
    for (let i = 0; i < 9; i++) await kept.read(String(i), 'train', { height: 100, width: 100 });`;
    const { message, left } = await onSmallDisk(100, work);
    expect(message).toMatch(/cache: cannot be written \(the disk is full\); .*not kept/);
    // 100 kB hold three entries of 30 kB.
    expect(left.filter((name) => name.endsWith('.sample'))).toHaveLength(3);
    expect(left.filter((name) => name.endsWith('.partial'))).toEqual([]);
  },
);
