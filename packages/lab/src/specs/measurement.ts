import type { Json } from './json.ts';

/** A measurement as it is kept: what it found, and the version and commit of what found it. */
export interface Kept {
  readonly version: number;
  /** Absent from files older than this field. */
  readonly commit?: string;
  readonly value: Json;
}

/**
 * Something measured on a finished run's last checkpoint, beyond the metrics that every run has: made
 * once for each run, then kept in its folder under `measured/`.
 */
export interface Measurement<T extends Json = Json> {
  /** Name of its file. */
  readonly name: string;
  /** Raised when it comes to measure something else; older files are then made again. */
  readonly version: number;
  /** Address (`import.meta.url`) of the module that exports it: what another process is told. */
  readonly module: string;
  /** A program gives its measurements a place of its own kind. */
  measure(place: never): Promise<T>;
}

/**
 * The measurement that a module exports under some name.
 * @throws naming the module when it exports none of that name
 */
export async function measurementAt(module: string, name: string): Promise<Measurement> {
  const exported = Object.values((await import(module)) as Record<string, unknown>);
  const found = exported.find(
    (value): value is Measurement =>
      typeof value === 'object' && value !== null && 'measure' in value && named(value) === name,
  );
  if (found) return found;
  throw new Error(`${module}: exports no measurement ${name}; export it from this module`);
}

const named = (value: object): unknown => ('name' in value ? value.name : undefined);
