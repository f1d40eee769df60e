import { CommanderError } from 'commander';

/** The exit code of a command whose reader has gone, as shells see of tools that SIGPIPE ends. */
const NOBODY_READS = 141;

/** What of a process this file touches; for tests. */
export interface Terminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  exit(code: number): void;
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

/**
 * Makes a process's output safe, whichever command writes: control characters are written out; a reader
 * that has gone (`| head`, a closed terminal) ends the process without a word, with the exit code 141 of
 * tools that a broken pipe ends; output that cannot be written (`> /dev/full`) is one line and exit code 1.
 * Progress on standard error that nobody can read ends nothing.
 */
export function guardOutput(terminal: Terminal): void {
  const { stdout, stderr } = terminal;
  writePrintable(stdout, false);
  writePrintable(stderr, stderr.isTTY);
  stderr.on('error', () => {});
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return terminal.exit(NOBODY_READS);
    const full = error.code === 'ENOSPC' ? 'no space is left there' : error.message;
    stderr.write(`error: standard output cannot be written: ${full} (${error.code})\n`);
    terminal.exit(1);
  });
}

/** @param rewrites whether a text may begin with what rewrites a line: a progress line on a terminal */
function writePrintable(stream: NodeJS.WriteStream, rewrites: boolean): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...rest: unknown[]) => {
    if (typeof chunk !== 'string') return write(chunk, ...rest);
    const [start] = (rewrites && REWRITE.exec(chunk)) || [''];
    return write(start + printable(chunk.slice(start.length)), ...rest);
  };
}

/**
 * Says why a command ended: `error: …`, with the stack where DEBUG is set. Commander has said its own
 * errors already.
 * @returns the exit code
 */
export function reportError(error: unknown, { stderr }: Pick<Terminal, 'stderr'>): number {
  if (error instanceof CommanderError) return error.exitCode;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  stderr.write(`error: ${message}\n`);
  if (process.env['DEBUG']) stderr.write(`${stack}\n`);
  return 1;
}
