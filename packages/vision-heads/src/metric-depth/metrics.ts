import type { MetricInfo, TargetEncoder } from '@scene-mtl/core';
import {
  DEPTH_CROPS,
  depthError,
  type DepthErrorOptions,
  type DepthErrorResult,
} from '@scene-mtl/eval';
import type { Size } from '@scene-mtl/data';
import { counted } from '../counted.ts';
import { judgeByExample } from '../judge-by-example.ts';
import type { Accumulator, Judge, Metric, Metrics } from '../kit.ts';
import type { MetricDepthPrediction } from './task.ts';

const within = (name: string, title: string) =>
  ({ name, title, unit: '%', digits: 1, better: 'higher' }) as const;

/**
 * Mean and root mean square of |z − ẑ|, mean of |z − ẑ| / z, and the shares of the pixels whose
 * max(z/ẑ, ẑ/z) is below 1.25, 1.25², 1.25³ (Eigen, Puhrsch & Fergus 2014).
 * @param unit of the depths
 */
export const metricDepthMetrics = (unit: string): readonly [Metric, ...Metric[]] =>
  [
    { name: 'meanError', title: 'mean error', unit, digits: 3, better: 'lower' },
    { name: 'rms', title: 'RMS', unit, digits: 3, better: 'lower' },
    { name: 'absRel', title: 'abs rel', unit: '', digits: 3, better: 'lower' },
    within('delta1', 'δ < 1.25'),
    within('delta2', 'δ < 1.25²'),
    within('delta3', 'δ < 1.25³'),
  ] satisfies Metrics;

/** Over all pixels of the split whose depth is known and above 0. */
export function metricDepthAccumulator(target: TargetEncoder): Accumulator<MetricDepthPrediction> {
  const errors = depthError();
  return counted(errors, {
    add(prediction, sample) {
      if (!target.has(sample)) return;
      const { value, mask } = target.encode(sample);
      errors.add(value, prediction.depth, mask);
    },
    result() {
      const { mean, rms, absRel, delta1, delta2, delta3 } = errors.result();
      return {
        meanError: mean,
        ...{ rms, absRel },
        delta1: 100 * delta1,
        delta2: 100 * delta2,
        delta3: 100 * delta3,
      };
    },
  });
}

/** What the standard set is reported for: in metres with the caps of KITTI, each whole and in Eigen's crop. */
const views = (unit: string): Readonly<Record<string, DepthErrorOptions>> => ({
  '': {},
  ...(unit === 'm' && {
    'cap80/': { cap: 80 },
    'cap50/': { cap: 50 },
    'cap80-eigen/': { cap: 80, crop: DEPTH_CROPS.eigen },
    'cap50-eigen/': { cap: 50, crop: DEPTH_CROPS.eigen },
  }),
});

type Measure = Exclude<keyof DepthErrorResult, 'pixels' | 'mean'>;

const measures = (unit: string): Readonly<Record<Measure, Omit<MetricInfo, 'name'>>> => ({
  absRel: { unit: '', better: 'lower' },
  sqRel: { unit, better: 'lower' },
  rms: { unit, better: 'lower' },
  rmsLog: { unit: '', better: 'lower' },
  siLog: { unit: '', better: 'lower' },
  log10: { unit: '', better: 'lower' },
  delta1: { unit: '%', better: 'higher' },
  delta2: { unit: '%', better: 'higher' },
  delta3: { unit: '%', better: 'higher' },
});

/** The standard set of errors of depth, beyond those of {@link metricDepthMetrics}: see `depthError`. */
export function metricDepthJudge(target: TargetEncoder, unit: string, size: Size): Judge {
  const field = target.name;
  const own = new Set(metricDepthMetrics(unit).map(({ name }) => `${field}/${name}`));
  const viewed = Object.entries(views(unit)).map(([prefix, options]) => {
    const named = Object.entries(measures(unit))
      .map(([measure, info]) => ({ measure: measure as Measure, ...info }))
      .map((one) => ({ ...one, name: `${field}/${prefix}${one.measure}` }))
      .filter(({ name }) => !own.has(name));
    return { prefix, options, named };
  });
  return judgeByExample({
    metrics: viewed.flatMap(({ named }) =>
      named.map(({ name, unit, better }) => ({ name, unit, better })),
    ),
    counters: () =>
      Object.fromEntries(viewed.map(({ prefix, options }) => [prefix, depthError(options)])),
    add(errors, sample, predictions) {
      if (!target.has(sample)) return;
      const { value, mask } = target.encode(sample);
      const { depth } = predictions[field] as MetricDepthPrediction;
      for (const { prefix } of viewed) errors[prefix].add(value, depth, mask, size);
    },
    result: (errors) =>
      Object.fromEntries(
        viewed.flatMap(({ prefix, named }) => {
          const all = errors[prefix].result();
          return named.map(({ name, unit, measure }) => [
            name,
            unit === '%' ? 100 * all[measure] : all[measure],
          ]);
        }),
      ),
  });
}
