import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkedBy } from '@scene-mtl/data/json';
import { z } from 'zod';
import type { ExecutorPlace } from '../execute/executor.ts';
import type { JobOrder } from '../execute/job-process.ts';
import type { Job } from '../execute/jobs.ts';
import { hashOf } from '../specs/hash.ts';
import type { Program } from '../specs/program.ts';
import type { RunSpec } from '../specs/spec.ts';
import { assertFolderName } from '../store/run-name.ts';
import type { Code } from './code-version.ts';
import type { RemoteRuns } from './remote-runs.ts';

const hex = z.string().regex(/^[0-9a-f]{12}$/);
const module = z.string().regex(/^(packages|apps)\/[\w./-]+\.(ts|js)$/);

/** A run as another machine is told it: nothing in it depends on where things lie there. */
export const payloadSchema = z.strictObject({
  version: hex.describe('of the code'),
  store: hex.describe('of the folder of all runs'),
  id: z.string(),
  program: module,
  spec: z.looseObject({
    program: z.string().optional(),
    config: z.looseObject({}),
    tasks: z.array(z.string()).min(1),
    balance: z.strictObject({
      name: z.string(),
      options: z.record(z.string(), z.union([z.number(), z.string()])),
    }),
    seed: z.number().int().nonnegative(),
  }),
  measurements: z.array(z.strictObject({ name: z.string(), module })),
  engine: z.string().optional(),
  dataWorkers: z.number().int().nonnegative(),
  grids: z.number().int().nonnegative(),
});

/** See {@link payloadSchema}. */
export type JobPayload = z.infer<typeof payloadSchema>;

/** Where a process works: which code on which folder of runs. */
export interface WorkPlace {
  readonly code: Code;
  readonly store: string;
  /** Folder of all runs, as it is called here. */
  readonly runs: string;
  /** Where the runs are kept, if that folder only has what is in hand of them. */
  readonly remote?: RemoteRuns;
}

/** What another machine is told of a job. */
export function payloadOf<S extends RunSpec>(
  { id, spec, measurements }: Job<S>,
  {
    program,
    options,
  }: Pick<ExecutorPlace<S>, 'options'> & { readonly program: Pick<Program<S>, 'module'> },
  { code, store }: WorkPlace,
): JobPayload {
  const { compile, dataWorkers, grids } = options;
  const placeOf = (address: string): string =>
    relative(code.root, fileURLToPath(address)).split(sep).join('/');
  return payloadSchema.parse({
    ...{ version: code.version, store, id },
    program: placeOf(program.module),
    spec,
    measurements: measurements.map(({ name, module }) => ({ name, module: placeOf(module) })),
    ...(compile.engine !== undefined && { engine: compile.engine }),
    ...{ dataWorkers, grids },
  });
}

/** What a job of a queue is known by: the run, and what is to be measured on it. */
export const jobKey = ({ id, measurements }: Pick<JobPayload, 'id' | 'measurements'>): string =>
  measurements.length === 0
    ? id
    : `${id}+${hashOf(measurements.map(({ name }) => name).sort()).slice(0, 8)}`;

/**
 * The payload of a job as it came from elsewhere.
 * @throws naming the field that is wrong, or a version or folder that is not this one's
 */
export function checkedPayload(value: unknown, { code, store }: WorkPlace): JobPayload {
  const payload = checkedBy(payloadSchema, value, 'job');
  assertFolderName(payload.id);
  if (payload.version !== code.version) {
    throw new Error(
      `${payload.id}: is a run of code version ${payload.version}; this is ${code.version}`,
    );
  }
  if (payload.store !== store) {
    throw new Error(
      `${payload.id}: belongs into another folder of runs (${payload.store}); this is ${store}`,
    );
  }
  return payload;
}

/** How a machine performs the jobs that it is told. */
export interface OwnOptions {
  /** Threads of each run. */
  readonly threads: number;
  /** What it is called in the history of runs. */
  readonly worker: string;
}

/**
 * A payload as the process that performs it is told.
 * @throws for a module that is not there
 */
export function orderOf(
  payload: JobPayload,
  { code, runs }: Pick<WorkPlace, 'code' | 'runs'>,
  { threads, worker }: OwnOptions,
): JobOrder {
  const { id, spec, program, measurements, engine, dataWorkers, grids } = payload;
  const addressOf = (module: string): string => {
    const file = resolve(code.root, module);
    const inside = relative(code.root, file);
    if (isAbsolute(inside) || inside.startsWith('..') || !existsSync(file)) {
      throw new Error(`${id}: ${module} is no module of this repository`);
    }
    return pathToFileURL(file).href;
  };
  return {
    program: addressOf(program),
    ...{ runs, id, worker },
    spec: spec as RunSpec,
    measurements: measurements.map(({ name, module }) => ({ name, module: addressOf(module) })),
    options: {
      root: join(runs, 'trained'),
      compile: { ...(engine !== undefined && { engine: engine as 'onnx' }), threads },
      ...{ dataWorkers, grids },
    },
  };
}
