import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { diskCached, type Dataset } from '../src/index.ts';
import { madeSample, newFolder } from './support.ts';

test('an entry is of its file, even where size and time of change are set back', async () => {
  const file = join(await newFolder(), 'labels.png');
  const options = { folder: await newFolder(), maximumBytes: 1e6, key: 'k' };
  let reads = 0;
  const source: Dataset = {
    name: 'one file',
    fields: ['semantic'],
    list: () => ['1'],
    files: () => [file],
    read: () => Promise.resolve(madeSample(4, 6, ++reads)),
  };
  const time = new Date(1e12);
  const put = async (text: string) => {
    await writeFile(file, text);
    await utimes(file, time, time);
  };
  const read = () => diskCached(source, options).read('1', 'train', { height: 4, width: 6 });
  await put('car');
  await read();
  await read();
  expect(reads).toBe(1);
  await put('sky');
  await read();
  expect(reads).toBe(2);
});
