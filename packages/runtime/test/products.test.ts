import { test } from '@jest/globals';
import { productFamilies } from './families/products.ts';
import { checkFamily } from './parity.ts';

test.each(productFamilies.map((family) => [family.name, family] as const))('%s', (_, family) =>
  checkFamily(family),
);
