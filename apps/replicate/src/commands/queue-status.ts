import {
  duration,
  jobsIn,
  leftToOthers,
  queueName,
  queueStates,
  type connected,
  type ListedJob,
  type WorkPlace,
} from '@scene-mtl/lab/queue';

type Redis = Awaited<ReturnType<typeof connected>>;

/** Runs that wait and are listed by name; of the others the number is told. */
const LISTED = 20;

/** The workers of a queue with what each is at, and the runs that wait or failed; a line each. */
export async function statusLines(redis: Redis, place: WorkPlace): Promise<string[]> {
  const state = (await queueStates(redis)).find(({ name }) => name === queueName(place));
  const { workers = [], waiting = 0, active = 0, failed = 0, isDrained = false } = state ?? {};
  const jobs = await jobsIn(redis, place);
  const lines = [
    `code version ${place.code.version}, ${place.remote ? place.remote.shown : 'folder of runs'} ${place.store}`,
    `${workers.length} workers; ${waiting} runs wait, ${active} are worked on, ${failed} failed`,
  ];
  if (isDrained) lines.push('drained: workers take no more runs until queue resume');
  const at = new Map<string, ListedJob[]>(workers.map((worker) => [worker, []]));
  for (const job of jobs) {
    if (job.state !== 'active') continue;
    const worker = job.worker ?? 'one without a name';
    at.set(worker, [...(at.get(worker) ?? []), job]);
  }
  for (const [worker, own] of at) {
    lines.push(
      `  ${worker}: ${own.length === 0 ? 'nothing in hand' : own.map(progress).join('; ')}`,
    );
  }
  const rest = jobs.filter((job) => job.state !== 'active');
  for (const { key, state, why } of rest.slice(0, LISTED)) {
    lines.push(`  ${state.padEnd(8)} ${key}${why === undefined ? '' : `: ${why}`}`);
  }
  if (rest.length > LISTED) lines.push(`  and ${rest.length - LISTED} more`);
  return [...lines, ...(await leftToOthers(redis, place))];
}

function progress({ key, step, steps, stepsPerSecond, secondsLeft }: ListedJob): string {
  if (step === undefined || steps === undefined) return `${key}: begins`;
  const rate = stepsPerSecond === undefined ? '' : `, ${stepsPerSecond.toFixed(1)} steps/s`;
  const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`;
  return `${key}: step ${step}/${steps} (${Math.floor((100 * step) / steps)} %)${rate}${left}`;
}
