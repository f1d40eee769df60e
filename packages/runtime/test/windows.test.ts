import { test } from '@jest/globals';
import { windowFamilies } from './families/windows.ts';
import { checkFamily } from './parity.ts';

test.each(windowFamilies.map((family) => [family.name, family] as const))('%s', (_, family) =>
  checkFamily(family),
);
