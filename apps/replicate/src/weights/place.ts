import { existsSync, readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean } from '@scene-mtl/data';
import { CARD } from './card.ts';

/** Folder of the weights that come with this package; the same from source and when built. */
const SHIPPED = fileURLToPath(new URL('../../weights', import.meta.url));

/** Names of the weights that come with this package. */
export function shippedWeights(): string[] {
  if (!existsSync(SHIPPED)) return [];
  return readdirSync(SHIPPED)
    .filter((name) => existsSync(join(SHIPPED, name, CARD)))
    .sort();
}

/**
 * The folder of some weights.
 * @param named the name of shipped ones, or a folder that has a card
 * @throws naming what there is
 */
export async function weightsFolder(named: string): Promise<string> {
  const names = shippedWeights();
  if (names.includes(named)) return join(SHIPPED, named);
  const found = await stat(named).catch(() => undefined);
  if (found?.isDirectory() && existsSync(join(named, CARD))) return named;
  throw new Error(
    found?.isDirectory()
      ? `--weights ${named}: no ${CARD} in this folder; of a run that you trained, give the folder by --run`
      : `--weights ${named}: neither weights that come with this package nor a folder; ` +
          (names.length > 0 ? didYouMean(named, names) : 'none come with it'),
  );
}
