import type { GroupContent, StoredRun } from './stored-group.ts';

/** A measurement by its name; of another version it is none. */
export interface MeasurementName {
  readonly name: string;
  readonly version: number;
}

/** Finished runs and what was measured on them, by the runs' specs. */
export interface RunResults<S> {
  /** Undefined where the run was not made. */
  summary(spec: S): StoredRun | undefined;
  /** What a measurement found; undefined where it was not made, or by another version. */
  measured(spec: S, measurement: MeasurementName): unknown;
  /** A file that a measurement saved. */
  file(spec: S, measurement: MeasurementName, name: string): Promise<Uint8Array | undefined>;
}

/** The runs of a published group. */
export const publishedResults = <S>(
  { runs, measured, pictures }: GroupContent,
  identify: (spec: S) => string,
): RunResults<S> => ({
  summary: (spec) => runs.get(identify(spec)),
  measured(spec, { name, version }) {
    const kept = measured.get(identify(spec))?.[name];
    return kept?.version === version ? kept.value : undefined;
  },
  file: (spec, { name: measurement }, name) =>
    Promise.resolve(pictures.get(`${identify(spec)}/${measurement}/${name}`)),
});

/** Some results, and others where those have none. */
export const layered = <S>(first: RunResults<S>, rest: RunResults<S>): RunResults<S> => ({
  summary: (spec) => first.summary(spec) ?? rest.summary(spec),
  measured: (spec, measurement) =>
    first.measured(spec, measurement) ?? rest.measured(spec, measurement),
  file: async (spec, measurement, name) =>
    (await first.file(spec, measurement, name)) ?? rest.file(spec, measurement, name),
});
