import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { dataFolder, dataPlace, defineDataset, openDataset, type Dataset } from '../src/index.ts';

const empty: Dataset = {
  name: 'empty',
  fields: [],
  list: () => [],
  read: (id) => Promise.reject(new Error(id)),
};

test('a place is named from any folder; a folder of its own stays one', () => {
  defineDataset({ name: 'placed', open: () => empty });
  expect(dataPlace('placed')).toBe('placed');
  expect(dataPlace('placed:there')).toBe(`placed:${resolve('there')}`);
  expect(dataPlace('./placed')).toBe(resolve('placed'));
  expect(dataPlace('unknown:there')).toBe(resolve('unknown:there'));
  expect(dataFolder(`placed:${resolve('there')}`)).toBe(resolve('there'));
  expect(dataFolder('/data/tree')).toBe('/data/tree');
});

test('what is no definition, and what opens as no data set, is one line', async () => {
  const define = (parts: object) => () =>
    defineDataset({ name: 'mine', open: () => empty, ...parts });
  expect(define({ name: 'C' })).toThrow(
    'defineDataset: name: expected two or more small letters, digits and dashes, got "C"',
  );
  expect(define({ open: undefined })).toThrow(
    'defineDataset mine: open: expected a function, got undefined',
  );
  expect(define({ recognises: true })).toThrow(
    /mine: recognises: expected a function, got boolean/,
  );
  expect(define({ name: 'placed' })).toThrow(/the name 'placed' is taken already/);
  defineDataset({ name: 'half', open: () => ({ ...empty, list: undefined as never }) });
  await expect(openDataset('half')).rejects.toThrow(
    'data set half: its open() gave no data set; list: expected a function',
  );
});
