import { test } from '@jest/globals';
import { shapeFamilies } from './families/shape.ts';
import { checkFamily } from './parity.ts';

test.each(shapeFamilies.map((family) => [family.name, family] as const))('%s', (_, family) =>
  checkFamily(family),
);
