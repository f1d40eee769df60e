import { test } from '@jest/globals';
import { poolingFamilies } from './families/pooling.ts';
import { checkFamily } from './parity.ts';

test.each(poolingFamilies.map((family) => [family.name, family] as const))('%s', (_, family) =>
  checkFamily(family),
);
