import { test } from '@jest/globals';
import { layoutFamilies } from './families/layout.ts';
import { checkFamily } from './parity.ts';

test.each(layoutFamilies.map((family) => [family.name, family] as const))('%s', (_, family) =>
  checkFamily(family),
);
