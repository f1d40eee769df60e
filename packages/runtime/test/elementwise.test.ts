import { test } from '@jest/globals';
import { elementwiseFamilies } from './families/elementwise.ts';
import { checkFamily } from './parity.ts';

test.each(elementwiseFamilies.map((family) => [family.name, family] as const))('%s', (_, family) =>
  checkFamily(family),
);
