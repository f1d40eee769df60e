import type { Json } from '../specs/json.ts';
import type { Measurement } from '../specs/measurement.ts';
import type { Results } from '../specs/results.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { GroupContent } from './stored-group.ts';

/** The runs of a published group. */
export const publishedResults = <S extends RunSpec>(
  { runs, measured, pictures }: GroupContent<S>,
  identify: (spec: S) => string,
): Results<S> => ({
  summary: (spec) => runs.get(identify(spec)),
  measured<T extends Json>(spec: S, { name, version }: Measurement<T>): T | undefined {
    const kept = measured.get(identify(spec))?.[name];
    return kept?.version === version ? (kept.value as T) : undefined;
  },
  file: (spec, { name: measurement }, name) =>
    Promise.resolve(pictures.get(`${identify(spec)}/${measurement}/${name}`)),
});

/** Some results, and others where those have none. */
export const layered = <S extends RunSpec>(first: Results<S>, rest: Results<S>): Results<S> => ({
  summary: (spec) => first.summary(spec) ?? rest.summary(spec),
  measured: (spec, measurement) =>
    first.measured(spec, measurement) ?? rest.measured(spec, measurement),
  file: async (spec, measurement, name) =>
    (await first.file(spec, measurement, name)) ?? rest.file(spec, measurement, name),
});
