import { resolve } from 'node:path';
import { addedTo, marked } from '@scene-mtl/data';
import type { Dataset } from './dataset.ts';

/** A data set of one's own: how it is called, and how it is opened. */
export interface DatasetDefinition {
  /** Two or more small letters, digits and dashes: `--data NAME`, or `--data NAME:WHERE`. */
  readonly name: string;
  /**
   * Whether a folder is one of these, by the names of what lies in it: then `--data FOLDER` is enough.
   * Default: never.
   */
  readonly recognises?: (names: ReadonlySet<string>) => boolean;
  /**
   * Opens it; the same place gives the same frames, in this thread and in others.
   * @param where the folder, or whatever else was written after the colon; empty where nothing was
   */
  open(where: string): Dataset | Promise<Dataset>;
}

const definitions: DatasetDefinition[] = [];

/**
 * Makes a data set of one's own known: `openDataset` and with it every command read it, by its name or by
 * a folder that it recognises. What `dataset.json` can say (docs/data-sets.md) needs no definition.
 * @returns the same definition
 * @throws naming a part that is missing or wrong, or a name that is taken
 * @example
 * ```ts
 * import { labelField, photo } from '@scene-mtl/data';
 * import { defineDataset, openDataset } from '@scene-mtl/datasets';
 * defineDataset({
 *   name: 'greys',
 *   open: () => ({
 *     name: 'greys',
 *     fields: ['light'],
 *     annotations: { light: { kind: 'label', classes: ['dark', 'bright'] } },
 *     list: (split) => (split === 'test' ? [] : ['0', '255']),
 *     read: async (id, _, size) => ({
 *       id,
 *       fields: {
 *         image: photo(size, new Uint8Array(3 * size.height * size.width).fill(Number(id))),
 *         light: labelField(Number(id) > 127 ? 1 : 0),
 *       },
 *     }),
 *   }),
 * });
 * (await openDataset('greys')).list('train'); // → ['0', '255']
 * ```
 */
export function defineDataset(definition: DatasetDefinition): DatasetDefinition {
  const { name } = definition;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]+$/.test(name)) {
    throw new Error(
      `defineDataset: name: expected two or more small letters, digits and dashes, got ${JSON.stringify(name)}`,
    );
  }
  for (const part of ['open', 'recognises'] as const) {
    const type = typeof definition[part];
    if (type === 'function' || (part === 'recognises' && type === 'undefined')) continue;
    throw new Error(`defineDataset ${name}: ${part}: expected a function, got ${type}`);
  }
  addedTo(definitions, definition, `defineDataset ${name}`);
  return marked('data set', definition);
}

/** The definition that a text names, `NAME` or `NAME:WHERE`; undefined for the path of a folder. */
function named(text: string): { definition: DatasetDefinition; where: string } | undefined {
  const [name, ...rest] = text.split(':');
  const definition = definitions.find((one) => one.name === name);
  return definition && { definition, where: rest.join(':') };
}

/**
 * Where data lie, as it can be said from any folder: an absolute path; of a definition `NAME`, or `NAME:` and
 * an absolute path.
 */
export function dataPlace(text: string): string {
  const found = named(text);
  if (!found) return resolve(text);
  const { definition, where } = found;
  return where === '' ? definition.name : `${definition.name}:${resolve(where)}`;
}

/** The folder in which the files of some data lie: `WHERE` of a definition. */
export const dataFolder = (text: string): string => named(text)?.where ?? text;

/** Opens what a definition names; undefined where none does. @throws for what is no data set */
export async function openNamed(text: string): Promise<Dataset | undefined> {
  const found = named(text);
  return found && opened(found.definition, found.where);
}

/** Opens a folder that a definition recognises; undefined where none does. */
export async function openRecognised(
  folder: string,
  names: ReadonlySet<string>,
): Promise<Dataset | undefined> {
  const definition = definitions.find((one) => one.recognises?.(names) === true);
  return definition && opened(definition, folder);
}

/** @throws naming what of a data set a definition left out */
async function opened(definition: DatasetDefinition, where: string): Promise<Dataset> {
  // Of any type: what JavaScript handed over.
  const dataset = (await definition.open(where)) as Partial<Dataset> | undefined;
  const missing =
    typeof dataset?.name !== 'string'
      ? 'name: expected a text'
      : !Array.isArray(dataset.fields)
        ? 'fields: expected the names of its annotations'
        : typeof dataset.list !== 'function'
          ? 'list: expected a function'
          : typeof dataset.read !== 'function'
            ? 'read: expected a function'
            : undefined;
  if (missing === undefined) return dataset as Dataset;
  throw new Error(`data set ${definition.name}: its open() gave no data set; ${missing}`);
}
