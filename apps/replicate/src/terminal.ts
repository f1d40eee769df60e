import { fstatSync, writeSync } from 'node:fs';
import { CommanderError } from 'commander';

/** The exit code of a command whose reader has gone, as shells see of tools that SIGPIPE ends. */
const NOBODY_READS = 141;

/** Standard output or error; without a number in tests. */
type Output = NodeJS.WriteStream & { readonly fd?: number };

/** What of a process this file touches; for tests. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly pid: number;
  exit(code: number): void;
  kill(pid: number, signal: NodeJS.Signals): void;
}

/**
 * Control characters but for line break and tab (C0, DEL, C1), and the characters that turn the direction
 * of text: what moves the cursor, colours or rings, or shows a text as another.
 */
const CONTROL =
  // eslint-disable-next-line no-control-regex -- those are what it is for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text with its control characters written out, `\u001b`; inside of JSON they still mean the same.
 * Names of files and texts of data sets are other people's.
 */
export const printable = (text: string): string =>
  text.replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The same on one line. */
export const onOneLine = (text: string): string => printable(text).replaceAll('\n', '\\n');

/** What a progress line begins with: back to the start of the line, perhaps clearing it. */
// eslint-disable-next-line no-control-regex -- a terminal's own
const REWRITE = /^\r(?:\u001b\[2?K)?/;

/** The exit code of a command that Ctrl-C ends, as shells have it: 128 + SIGINT. */
const INTERRUPTED = 130;

/** Ends the process on Ctrl-C, as it would end by itself, with a word on what that leaves. */
export function sayOnInterrupt(
  terminal: Pick<Terminal, 'stderr' | 'exit'> & Pick<NodeJS.Process, 'once'>,
  word: string,
): void {
  terminal.once('SIGINT', () => {
    terminal.stderr.write(`\n${word}\n`);
    terminal.exit(INTERRUPTED);
  });
}

/**
 * Makes a process's output safe, whichever command writes: control characters are written out; a reader
 * that has gone (`| head`) ends the process without a word, with the exit code 141 of tools that a broken
 * pipe ends, and a terminal that has gone as its hanging up does; output that cannot be written
 * (`> /dev/full`) is one line and exit code 1. Progress on standard error that nobody reads ends nothing.
 */
export function guardOutput(terminal: Terminal): void {
  const { stdout, stderr } = terminal;
  guardWrites(stdout, false);
  guardWrites(stderr, stderr.isTTY);
  stderr.on('error', () => {});
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return terminal.exit(NOBODY_READS);
    // Node cannot exit of itself without its terminal: it fails to restore that.
    if (error.code === 'EIO') return terminal.kill(terminal.pid, 'SIGHUP');
    const full = error.code === 'ENOSPC' ? 'no space is left there' : error.message;
    stderr.write(`error: standard output cannot be written: ${full} (${error.code})\n`);
    terminal.exit(1);
  });
}

/** @param rewrites whether a text may begin with what rewrites a line: a progress line on a terminal */
function guardWrites(stream: Output, rewrites: boolean): void {
  const { fd } = stream;
  const write = isRegular(fd)
    ? wholeWrites(stream, fd)
    : (stream.write.bind(stream) as (...args: unknown[]) => boolean);
  stream.write = (chunk: unknown, ...rest: unknown[]) => {
    if (typeof chunk !== 'string') return write(chunk, ...rest);
    const [start] = (rewrites && REWRITE.exec(chunk)) || [''];
    return write(start + printable(chunk.slice(start.length)), ...rest);
  };
}

function isRegular(fd: number | undefined): fd is number {
  try {
    return fd !== undefined && fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** Writes to a file until all is there: Node's own writing takes what fitted on a full disk for all. */
const wholeWrites =
  (stream: Output, fd: number) =>
  (chunk: unknown, ...rest: unknown[]): boolean => {
    const bytes = Buffer.from(chunk as string | Uint8Array);
    const done = rest.find((argument) => typeof argument === 'function');
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    } catch (error) {
      stream.emit('error', error);
    }
    done?.();
    return true;
  };

/**
 * Says why a command ended: `error: …`, with the stack where DEBUG is set. Commander has said its own
 * errors already.
 * @returns the exit code
 */
export function reportError(
  error: unknown,
  { stderr }: { readonly stderr: NodeJS.WriteStream },
): number {
  if (error instanceof CommanderError) return error.exitCode;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  stderr.write(`error: ${message}\n`);
  if (process.env['DEBUG']) stderr.write(`${stack}\n`);
  return 1;
}
