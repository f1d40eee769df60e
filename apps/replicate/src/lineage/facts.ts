import type { Descent, Lineage, LineageRun } from './lineage.ts';

/** What a run is, a line each: what it trained on what, what it froze, with which seed and code. */
export function factsOf({ known }: LineageRun): string[] {
  if (!known) return ['not there any more: no run has this checkpoint'];
  const { description, steps, data, code } = known;
  const { config, tasks, balance, seed } = description;
  const { freeze, encoder } = config.network;
  const weights = encoder.kind === 'mobilenet' ? encoder.weights : null;
  return [
    `${tasks.join(', ')}; balanced by ${balance.name}; ${steps} of ${config.training.steps} steps; seed ${seed}`,
    `frozen: ${freeze.length > 0 ? freeze.join(', ') : 'nothing'}`,
    `data: ${description.data.name}, ${data ? `${data.files} files, ${data.hash}` : 'not recorded'}`,
    `code: ${code ? code.commit : 'not recorded'}`,
    ...(weights ? [`began with ImageNet weights ${weights.checksum}`] : []),
  ];
}

/** What a run took from an older one. */
export function descentText({ parts, checksum, at }: Descent): string {
  const since = at && !at.isLast ? ', which has trained on since' : '';
  return `${parts.join(', ')} of ${at ? `step ${at.step}${since}` : `checkpoint ${checksum}`}`;
}

/**
 * A lineage as a tree: the run, and below it those with whose parts it began. One that was said already is
 * named alone.
 */
export function lineageText({ runs, descents }: Lineage): string {
  const lines: string[] = [];
  const said = new Set<string>();
  const say = (run: LineageRun, before: string, below: string, how: string): void => {
    const again = said.has(run.id);
    said.add(run.id);
    lines.push(`${before}${run.name}${how}${again ? ' (as above)' : ''}`);
    if (again) return;
    const older = descents.filter(({ to }) => to === run.id);
    const bar = older.length > 0 ? '│ ' : '  ';
    lines.push(...factsOf(run).map((fact) => `${below}${bar}${fact}`));
    older.forEach((descent, i) => {
      const isLast = i === older.length - 1;
      const next = runs.find(({ id }) => id === descent.from)!;
      const [branch, rest] = isLast ? ['└─ ', '   '] : ['├─ ', '│  '];
      say(next, `${below}${branch}`, `${below}${rest}`, `: ${descentText(descent)}`);
    });
  };
  say(runs.at(-1)!, '', '', '');
  return `${lines.join('\n')}\n`;
}
