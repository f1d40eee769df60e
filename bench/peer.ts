import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A peer program that answers each line with one JSON line. */
export interface Peer {
  /** Its first answer. */
  readonly hello: Readonly<Record<string, unknown>>;
  ask(line: string): Promise<Readonly<Record<string, unknown>>>;
  close(): void;
}

/**
 * Starts a Python program of `bench/peers`. `PEER_PYTHON` names the interpreter (default python3).
 * @returns undefined, with the reason told to `say`, where it cannot run
 */
export async function startPeer(
  script: string,
  args: readonly string[],
  say: (text: string) => void,
): Promise<Peer | undefined> {
  const python = process.env['PEER_PYTHON'] ?? 'python3';
  const path = fileURLToPath(new URL(`./peers/${script}`, import.meta.url));
  const child = spawn(python, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: ((line: string | undefined) => void)[] = [];
  let gone = false;
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  const end = () => {
    gone = true;
    for (const answer of waiting.splice(0)) answer(undefined);
  };
  child.on('error', end).on('close', end);
  const next = () =>
    new Promise<Readonly<Record<string, unknown>> | undefined>((resolve) => {
      if (gone) return resolve(undefined);
      waiting.push((line) =>
        resolve(line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>)),
      );
    });
  const hello = await next();
  if (!hello || 'error' in hello) {
    const error = hello?.['error'];
    const why = typeof error === 'string' ? error : `${python} did not start`;
    say(`${script}: ${why}; only ours is measured`);
    child.kill();
    return undefined;
  }
  return {
    hello,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const answer = await next();
      if (!answer) throw new Error(`${script}: ended while answering '${line}'`);
      return answer;
    },
    close: () => {
      child.stdin.end('quit\n');
    },
  };
}
