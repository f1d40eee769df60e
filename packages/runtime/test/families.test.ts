import '../src/index.ts';
import { test } from '@jest/globals';
import { families } from './families/index.ts';
import { checkFamily } from './parity.ts';

test.each(families.map((family) => [family.name, family] as const))('%s', (_, family) =>
  checkFamily(family),
);
