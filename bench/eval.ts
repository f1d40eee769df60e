import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeFrame } from './eval-frames.ts';

/** How much `benchEval` does. */
export interface BenchEvalArgs {
  /** Frames in all, 1024 × 2048 (default 100). */
  readonly frames?: number;
  /** Frames per turn; every system scores the same turn before the next begins (default 20). */
  readonly perTurn?: number;
  /** Python interpreter that has cityscapesScripts (default: PEER_PYTHON, else python3). */
  readonly python?: string;
}

/** Time and memory of one system on one benchmark. */
export interface BenchEvalRow {
  readonly task: 'semantic' | 'instance';
  readonly system: string;
  /** Wall-clock ms per frame: least and median over the turns. */
  readonly minimum: number;
  readonly median: number;
  /** CPU ms per frame on all threads, least over the turns: steadier on a shared machine. */
  readonly cpu: number;
  /** Largest resident memory of the process so far, MB. */
  readonly peakMB: number;
  /** The score, so that it can be seen that all systems did the same work. */
  readonly score: number;
}

interface Reply {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMB: number;
  readonly score: number;
}

type Ask = (task: BenchEvalRow['task'], gt: string, pred: string) => Promise<Reply>;

/**
 * Scores frames of 1024 × 2048 made on the spot: ours beside the official Python package, in turns, each
 * in a process of its own that is already running. Reading and decoding the files is part of the time.
 * Without Python or the package, ours alone, with a line that says so.
 */
export async function benchEval({
  frames = 100,
  perTurn = 20,
  python = process.env.PEER_PYTHON ?? 'python3',
}: BenchEvalArgs = {}): Promise<BenchEvalRow[]> {
  const root = mkdtempSync(join(tmpdir(), 'bench-eval-'));
  const ours = ourProcess();
  const peer = await peerProcess(python);
  try {
    const turns = Math.ceil(frames / perTurn);
    for (let k = 0; k < frames; k++) {
      const folder = join(root, String(Math.floor(k / perTurn)));
      for (const part of ['gt', 'semantic', 'instance/masks']) {
        mkdirSync(join(folder, part), { recursive: true });
      }
      writeFrame(folder, k);
      process.stderr.write(`\rframe ${k + 1} of ${frames} written`);
    }
    console.log(`\n${cpus()[0].model}, ${cpus().length} threads; node ${process.version}`);
    console.log(peer.versions);
    const systems: [BenchEvalRow['task'], string, Ask | null][] = [
      ['semantic', 'ours', ours.ask],
      ['semantic', 'official, pure Python', peer.ask(false)],
      ['semantic', 'official, compiled', peer.ask(true)],
      ['instance', 'ours', ours.ask],
      ['instance', 'official', peer.ask(false)],
    ];
    const present = systems.filter((s): s is [BenchEvalRow['task'], string, Ask] => s[2] !== null);
    const replies = present.map((): Reply[] => []);
    for (let turn = 0; turn < turns; turn++) {
      const folder = join(root, String(turn));
      for (const [s, [task, , ask]] of present.entries()) {
        replies[s].push(await ask(task, join(folder, 'gt'), join(folder, task)));
      }
      process.stderr.write(`\rturn ${turn + 1} of ${turns} scored `);
    }
    process.stderr.write('\n');
    const rows = present.map(([task, system], s) => {
      const sizes = replies[s].map((_, turn) => Math.min(perTurn, frames - turn * perTurn));
      const times = replies[s].map((r, turn) => (1000 * r.seconds) / sizes[turn]);
      times.sort((a, b) => a - b);
      const cpu = replies[s].map((r, turn) => (1000 * r.cpuSeconds) / sizes[turn]);
      return {
        task,
        system,
        minimum: times[0],
        median: times[times.length >> 1],
        cpu: Math.min(...cpu),
        peakMB: Math.max(...replies[s].map((r) => r.peakMB)),
        score: replies[s][0].score,
      };
    });
    print(rows);
    return rows;
  } finally {
    ours.stop();
    peer.stop();
    rmSync(root, { recursive: true });
  }
}

function print(rows: readonly BenchEvalRow[]): void {
  console.log(
    'task      system                   min ms  median ms   × ours   cpu ms   × ours   peak MB   score',
  );
  for (const r of rows) {
    const own = rows.find((o) => o.task === r.task && o.system === 'ours');
    const ratio = (key: 'minimum' | 'cpu') => (r[key] / (own?.[key] ?? NaN)).toFixed(2);
    const numbers = [
      r.minimum.toFixed(1).padStart(6),
      r.median.toFixed(1).padStart(10),
      ratio('minimum').padStart(8),
      r.cpu.toFixed(1).padStart(8),
      ratio('cpu').padStart(8),
      r.peakMB.toFixed(0).padStart(9),
    ];
    console.log(
      `${r.task.padEnd(9)} ${r.system.padEnd(24)} ${numbers.join(' ')}   ${r.score.toFixed(12)}`,
    );
  }
}

/** This file again, as a child process that scores with our package. */
function ourProcess(): { ask: Ask; stop: () => void } {
  const child = fork(fileURLToPath(import.meta.url), ['score-on-request']);
  return {
    ask: (task, gt, pred) =>
      new Promise((resolve, reject) => {
        child.once('message', (m: Reply | { error: string }) =>
          'error' in m ? reject(new Error(m.error)) : resolve(m),
        );
        child.send({ task, gt, pred });
      }),
    stop: () => child.kill(),
  };
}

interface Peer {
  readonly versions: string;
  readonly ask: (compiled: boolean) => Ask | null;
  readonly stop: () => void;
}

/** The official package behind peers/eval_cityscapes.py, or a peer that is not there. */
async function peerProcess(python: string): Promise<Peer> {
  const script = fileURLToPath(new URL('peers/eval_cityscapes.py', import.meta.url));
  const child: ChildProcess = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const gone = new Promise<null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', () => resolve(null));
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('bench eval: no pipes to the Python process');
  stdin.on('error', () => undefined);
  const lines: AsyncIterator<string> = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const answer = async (request: string) => {
    stdin.write(`${request}\n`);
    const line = await Promise.race([lines.next(), gone]);
    return !line || line.done ? null : (JSON.parse(line.value) as Record<string, unknown>);
  };
  const versions = await answer('');
  const stop = () => void child.kill();
  if (!versions || versions.error) {
    const why = versions ? String(versions.error) : `${python} cannot be started`;
    const text = `official package not measured (${why}); set PEER_PYTHON to a Python with cityscapesScripts and numpy < 2.4`;
    return { versions: text, ask: () => null, stop };
  }
  const ask =
    (compiled: boolean): Ask =>
    async (task, gt, pred) => {
      const reply = await answer(JSON.stringify({ task, gt, pred, compiled, detail: true }));
      if (!reply || reply.error) throw new Error(`official package: ${String(reply?.error)}`);
      const result = reply.result as {
        averageScoreClasses?: number;
        averages?: { allAp: number };
      };
      const score = result.averageScoreClasses ?? result.averages?.allAp ?? NaN;
      const { seconds, cpuSeconds } = reply as unknown as Reply;
      return { seconds, cpuSeconds, peakMB: Number(reply.peakMB), score };
    };
  return { versions: JSON.stringify(versions), ask, stop };
}

async function scoreOnRequest(): Promise<void> {
  const { scoreInstance, scoreSemantic } = await import('../packages/eval/src/index.ts');
  process.on('message', ({ task, gt, pred }: Record<'task' | 'gt' | 'pred', string>) => {
    const started = performance.now();
    const before = process.cpuUsage();
    const cpuSeconds = () => {
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    };
    const scored =
      task === 'semantic'
        ? scoreSemantic({ gt, pred }).then((s) => s.averageScoreClasses)
        : scoreInstance({ gt, pred }).then((s) => s.allAp);
    scored.then(
      (score) =>
        process.send?.({
          seconds: (performance.now() - started) / 1000,
          cpuSeconds: cpuSeconds(),
          peakMB: process.resourceUsage().maxRSS / 1024,
          score,
        }),
      (error: Error) => process.send?.({ error: error.message }),
    );
  });
}

if (process.send && process.argv[2] === 'score-on-request') await scoreOnRequest();
