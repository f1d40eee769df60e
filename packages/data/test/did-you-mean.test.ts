import { expect, test } from '@jest/globals';
import { didYouMean } from '../src/index.ts';

const known = ['table1', 'table2', 'train', 'figure2'];
const all = 'There are: table1, table2, train, figure2';

test.each([
  ['tabel1', `did you mean table1? ${all}`],
  ['table11', `did you mean table1? ${all}`],
  ['Train', `did you mean train? ${all}`],
  ['trian', `did you mean train? ${all}`],
  ['fig2', `there are: table1, table2, train, figure2`],
  ['', `there are: table1, table2, train, figure2`],
  ['x'.repeat(1e6), `there are: table1, table2, train, figure2`],
])('%.10s: %s', (word, text) => expect(didYouMean(word, known)).toBe(text));
