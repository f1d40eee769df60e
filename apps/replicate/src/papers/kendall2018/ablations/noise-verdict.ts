import { ENOUGH_SEEDS, notRun, type Verdict } from '@scene-mtl/lab';
import { labelNoise, learnedNoise, noiseForms, type NoiseLine } from './noise-arms.ts';

/** Reproduced where the learned noise rises with every step of the labels' noise in every seed. */
export function noiseVerdict(lines: readonly NoiseLine[]): Verdict {
  const claim = {
    claim: 'The learned noise follows the noise of the observations',
    source: 'section 3',
  };
  if (lines.every(({ summaries }) => summaries.length === 0)) return notRun(claim);
  const forms = noiseForms.map((form) => {
    const own = lines.filter((line) => line.form === form);
    const seeds = (own[0]?.summaries ?? []).map(({ spec }) => spec.seed);
    const paths = seeds.flatMap((seed) => {
      const path = own.flatMap(({ summaries }) =>
        summaries.filter(({ spec }) => spec.seed === seed).flatMap(learnedNoise),
      );
      return path.length === labelNoise.length ? [path] : [];
    });
    const rising = paths.filter((path) => path.every((x, i) => i === 0 || x > path[i - 1]));
    return { form, paths, rising };
  });
  const enough = forms.every(({ paths }) => paths.length >= ENOUGH_SEEDS);
  const all = forms.every(({ paths, rising }) => rising.length === paths.length);
  const none = forms.some(({ rising }) => rising.length === 0);
  const known = forms.filter(({ paths }) => paths.length > 0);
  return {
    ...claim,
    judgement: !enough
      ? 'cannot tell'
      : all
        ? 'reproduced'
        : none
          ? 'not reproduced'
          : 'cannot tell',
    evidence:
      known.length === 0
        ? 'not all of the runs of any seed are there'
        : known
            .map(
              ({ form, paths, rising }) =>
                `${form.title}, ${form.quantity} at label σ ${labelNoise.join(', ')}: ${paths.map((path) => path.map((x) => x.toFixed(3)).join(' → ')).join(' and ')}; rises throughout in ${rising.length} of ${paths.length} seeds`,
            )
            .join('; '),
  };
}
