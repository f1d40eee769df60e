import { Command } from 'commander';
import { z } from 'zod';
import type { Experiment as Item } from '@scene-mtl/lab';

/** An item made once more with flags of its own, `table1 --tune-rates 0.05,0.1,0.2`. */
export interface Variant {
  readonly item: string;
  /** The flags as one types them. */
  readonly flags: string;
}

export const variantSchema = z.object({ item: z.string(), flags: z.string() });

/**
 * `"table1 --tune-rates 0.05,0.1"` → its item and flags.
 * @throws naming what is no item, or no flag of the item
 */
export function parseVariant(text: string, items: readonly Item[]): Variant {
  const [name, ...words] = text.trim().split(/\s+/);
  const item = items.find((known) => known.name === name);
  if (!item) {
    const names = items.map((known) => known.name).join(', ');
    throw new Error(`--also ${text}: ${name} is no item; items are ${names}`);
  }
  const variant = { item: name, flags: words.join(' ') };
  if (words.length === 0) {
    throw new Error(`--also ${text}: expected flags of ${name}; without them it is there anyway`);
  }
  variantOptions(variant, item);
  return variant;
}

/**
 * The options that a variant's flags mean.
 * @throws naming a flag that the item does not have, or its value
 */
export function variantOptions({ flags }: Variant, item: Item): unknown {
  const command = new Command(item.name).exitOverride().configureOutput({ writeErr: () => {} });
  item.addFlags?.(command);
  try {
    command.parse(flags.split(' '), { from: 'user' });
  } catch (cause) {
    throw new Error(`${item.name} ${flags}: ${(cause as Error).message}`, { cause });
  }
  return item.options(command.opts());
}
