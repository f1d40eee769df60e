import { test } from '@jest/globals';
import { convolutionFamilies } from './families/convolutions.ts';
import { checkFamily } from './parity.ts';

test.each(convolutionFamilies.map((family) => [family.name, family] as const))('%s', (_, family) =>
  checkFamily(family),
);
