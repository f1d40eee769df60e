import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Step of the newest checkpoint in a run's folder, 0 without one. */
export function stepReached(folder: string): number {
  const checkpoints = join(folder, 'checkpoints');
  if (!existsSync(checkpoints)) return 0;
  const steps = readdirSync(checkpoints).map((name) =>
    Number(/^step-(\d+)\.json$/.exec(name)?.[1] ?? 0),
  );
  return Math.max(0, ...steps);
}
