import { test } from '@jest/globals';
import { binaryFamilies } from './families/binary.ts';
import { checkFamily } from './parity.ts';

test.each(binaryFamilies.map((family) => [family.name, family] as const))('%s', (_, family) =>
  checkFamily(family),
);
