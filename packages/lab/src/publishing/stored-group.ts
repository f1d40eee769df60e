import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { checkedBy, parseJson, parseJsonFileIfPresent, textOf } from '@scene-mtl/data/json';
import { cannotWrite, writeTogether } from '@scene-mtl/data/files';
import { z } from 'zod';
import { canonicalJson } from '../specs/canonical-json.ts';
import type { Kept } from '../specs/measurement.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { RunSummary } from '../specs/summary.ts';
import { measuredSchema, storedRunSchema, type StoredRun } from '../specs/summary-schema.ts';
import { compressed, decompressed } from './compressed.ts';
import { decodeCurves, encodeCurves } from './curves.ts';
import { differenceOf, withDifference } from './difference.ts';
import { pathInside } from './path-inside.ts';

/** The runs of a group with what was measured on them. */
export interface GroupContent<S extends RunSpec = RunSpec> {
  readonly runs: ReadonlyMap<string, RunSummary<S>>;
  /** By run, then by name of the measurement. */
  readonly measured: ReadonlyMap<string, Readonly<Record<string, Kept>>>;
  /** `<run>/<measurement>/<file>` → bytes. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
}

const FILE = 'group.json';
const RUNS = 'runs.jsonl';
const CURVES = 'curves.json.br';
const MEASURED = 'measured.json.br';
const PICTURES = 'pictures';

const FORMAT = 'group 2';

const headSchema = z.looseObject({
  format: z.literal(FORMAT),
  environments: z.array(z.record(z.string(), z.string())),
  pictures: z.array(pathInside),
});

/**
 * Writes a group of results into a folder: `group.json` (what it is, its machines, its pictures), `runs.jsonl`
 * (a line for each run: its spec as the difference from `base`, its environment by number), `curves.json.br`,
 * `measured.json.br` and `pictures/`. The same group gives the same bytes. Only files that such a group
 * consists of are replaced or deleted, and where one cannot be written those of before stay.
 * @param description what the group is; its own keys must not be `format`, `environments` or `pictures`
 * @throws where the folder holds something else, unless forced
 */
export async function writeGroup(
  folder: string,
  description: object,
  base: unknown,
  { runs, measured, pictures }: GroupContent,
  force = false,
): Promise<void> {
  const before = await headOf(folder, force);
  if (!before && !force && (await entriesOf(folder)).length > 0) {
    throw new Error(
      `${folder}: holds something else than results; give another folder, or --force`,
    );
  }
  const ids = [...runs.keys()].sort();
  const environments = distinct(ids.map((id) => runs.get(id)!.environment));
  const paths = [...pictures.keys()].sort();
  const lines = ids.map((id) => {
    const { spec, series: _, evaluations: __, environment, ...rest } = runs.get(id)!;
    const number = environments.findIndex((one) => isDeepStrictEqual(one, environment));
    return JSON.stringify({ ...rest, spec: differenceOf(base, spec), environment: number });
  });
  const kept = Object.fromEntries(
    ids.flatMap((id) => {
      const of = Object.entries(measured.get(id) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
      return of.length > 0 ? [[id, Object.fromEntries(of)]] : [];
    }),
  );
  const head = { format: FORMAT, ...description, environments, pictures: paths };
  const files: [name: string, content: string | Uint8Array][] = [
    ...paths.map((path): [string, Uint8Array] => [join(PICTURES, path), pictures.get(path)!]),
    [CURVES, encodeCurves(runs)],
    [MEASURED, compressed(kept)],
    [RUNS, lines.map((line) => `${line}\n`).join('')],
    [FILE, `${JSON.stringify(head, null, 2)}\n`],
  ];
  await writeTogether(files.map(([name, content]) => [join(folder, name), content]));
  for (const path of before?.pictures ?? []) {
    if (!pictures.has(path)) await rm(join(folder, PICTURES, path), { force: true });
  }
}

/**
 * Reads a group that `writeGroup` wrote; undefined where the folder holds none.
 * @param baseOf what specs were stored as differences from, of the group's description
 * @throws naming the file that is not what was written
 */
export async function readGroup<D, S extends RunSpec>(
  folder: string,
  describe: (description: unknown, source: string) => D,
  baseOf: (description: D) => unknown,
): Promise<(GroupContent<S> & { readonly description: D }) | undefined> {
  const head = await headOf(folder, false);
  if (!head) return undefined;
  const { format: _, environments, pictures: paths, ...rest } = head;
  const description = describe(rest, join(folder, FILE));
  const base = baseOf(description);
  const logged = decodeCurves(await readFile(join(folder, CURVES)), join(folder, CURVES));
  const runs = new Map<string, RunSummary<S>>();
  for (const { run, where } of await storedRuns(join(folder, RUNS))) {
    const { id } = run;
    const curves = logged.get(id);
    const environment = environments[run.environment];
    if (runs.has(id)) throw new Error(`${where}: id: expected each run once, ${id} is there twice`);
    if (!curves) throw new Error(`${where}: id: expected curves of ${id} in ${CURVES}, got none`);
    if (!environment) {
      throw new Error(
        `${where}: environment: expected the number of one of ${environments.length} in ${FILE}, ` +
          `got ${run.environment}`,
      );
    }
    const spec = withDifference(base, run.spec);
    runs.set(id, { ...run, spec, ...curves, environment } as never);
  }
  const measuredFile = join(folder, MEASURED);
  const kept = decompressed(await readFile(measuredFile), measuredFile, measuredSchema);
  const pictures = new Map<string, Uint8Array>();
  // One after the other: they may be more than files that may be open.
  for (const path of paths) pictures.set(path, await readFile(join(folder, PICTURES, path)));
  return { description, runs, measured: new Map(Object.entries(kept)), pictures };
}

/** The lines of `runs.jsonl`, each with its place. */
async function storedRuns(
  file: string,
): Promise<{ readonly run: StoredRun; readonly where: string }[]> {
  const lines = textOf(await readFile(file), file).split('\n');
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const where = `${file}:${i + 1}`;
    return [{ run: checkedBy(storedRunSchema, parseJson(line, file, i + 1), where), where }];
  });
}

const entriesOf = (folder: string): Promise<string[]> =>
  readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw cannotWrite(folder, cause);
  });

async function headOf(
  folder: string,
  force: boolean,
): Promise<z.infer<typeof headSchema> | undefined> {
  try {
    return await parseJsonFileIfPresent(join(folder, FILE), headSchema, {
      remedy: 'it is not a group of results as they are written now: publish it again with --force',
    });
  } catch (error) {
    if (force) return undefined;
    throw error;
  }
}

const distinct = <T>(values: readonly T[]): T[] =>
  [...new Map(values.map((value) => [canonicalJson(value), value]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value);
