import type { Program, ProgressLine } from '../specs/program.ts';
import { titleOf, type RunSpec } from '../specs/spec.ts';
import type { RunSummary } from '../specs/summary.ts';
import type { JobProgress, Watch } from './executor.ts';
import { duration } from './progress-line.ts';

/** What the clock shows of a run. */
type Shown<S extends RunSpec> = Pick<Program<S>, 'title' | 'headline'>;

/**
 * Shows the progress over all jobs; the time left comes from the jobs and steps made so far.
 * @param summaryOf what a finished job left
 */
export function jobClock<S extends RunSpec>(
  count: number,
  line: ProgressLine,
  { title = titleOf, headline = () => true }: Shown<S>,
  summaryOf: (id: string) => Promise<RunSummary<S>>,
): Watch<S> {
  const started = performance.now();
  let finished = 0;
  const shown = new Map<number, { text: string; part: number }>();
  const elapsed = () => (performance.now() - started) / 1000;
  return {
    progress(slot, { spec }, progress) {
      const text = textOf(title(spec), progress);
      if (progress.kind === 'taken' && progress.before) line.print(text);
      // Said once as a line that stays, since it may take long.
      if (progress.kind === 'waiting' && shown.get(slot)?.text !== text) line.print(text);
      shown.set(slot, { text, part: partOf(progress) });
      line.update(() => {
        const slots = [...shown.values()];
        const done = finished + slots.reduce((sum, { part }) => sum + part, 0);
        const left = done > 0 ? ((count - done) * elapsed()) / done : NaN;
        const time = Number.isFinite(left) ? `${duration(left)} left` : '';
        return [`[${finished + 1}/${count}]`, time, ...slots.map(({ text }) => text)].join('  ');
      });
    },
    async finished({ id, spec }) {
      const { result } = await summaryOf(id);
      finished++;
      shown.clear();
      const metrics = Object.entries(result.metrics as Record<string, number | null>)
        .filter(([key]) => headline(key))
        .map(([key, value]) => `${key} ${value === null ? '–' : value.toFixed(3)}`);
      line.print(
        `[${finished}/${count}] ${title(spec)}: ${metrics.join('  ')}  (${duration(elapsed())})`,
      );
    },
  };
}

function partOf(progress: JobProgress): number {
  if (progress.kind === 'waiting' || progress.kind === 'taken') return 0;
  return progress.kind === 'training' ? progress.progress.step / progress.progress.steps : 1;
}

function textOf(title: string, progress: JobProgress): string {
  if (progress.kind === 'taken') {
    const { worker, step, before } = progress;
    if (!before) return `${title}: ${worker} begins`;
    const processor = before.processor
      ? ` on another processor (${before.processor}): the same but for rounding`
      : '';
    return `${title}: ${worker} goes on from step ${step}, where ${before.worker} left it${processor}`;
  }
  if (progress.kind === 'measuring') {
    return `${title}: ${progress.name}, ${progress.seen} of ${progress.frames} frames`;
  }
  if (progress.kind === 'waiting') {
    return `${title}: waiting for ${progress.holder}, which is working on it`;
  }
  const { step, steps, values } = progress.progress;
  const losses = Object.entries(values)
    .filter(([key]) => key.startsWith('loss/'))
    .map(([key, value]) => `${key.slice(5)} ${value.toFixed(3)}`);
  return [`${title}: step ${step}/${steps}`, ...losses].join('  ');
}
