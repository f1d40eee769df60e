import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { CommanderError } from 'commander';
import { describe, expect, test } from '@jest/globals';
import { guardOutput, onOneLine, printable, reportError, type Terminal } from '../src/terminal.ts';

/** Standard output and error that keep what is written, or fail with a code. */
function terminal({ fails = '', isTTY = false } = {}) {
  const written = { out: '', err: '' };
  const stream = (key: 'out' | 'err') =>
    Object.assign(
      new Writable({
        decodeStrings: false,
        write(chunk: unknown, _, done) {
          if (fails) return done(Object.assign(new Error(`write ${fails}`), { code: fails }));
          written[key] += String(chunk);
          done();
        },
      }),
      { isTTY },
    ) as unknown as NodeJS.WriteStream;
  const exits: (number | string)[] = [];
  const made: Terminal = {
    pid: 7,
    kill: (pid, signal) => void exits.push(`${signal} to ${pid}`),
    stdout: stream('out'),
    stderr: stream('err'),
    exit: (code) => void exits.push(code),
  };
  return { made, written, exits };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('control characters', () => {
  // ESC [ 2 J clears a screen, BEL rings, U+009B is a one-character ESC [, U+202E turns text around.
  const evil = 'a\u001b[2J\u0007\u009b1m\u202egnp.exe\rb\u0000\u007f';
  const shown = 'a\\u001b[2J\\u0007\\u009b1m\\u202egnp.exe\\u000db\\u0000\\u007f';

  test('are written out, and line breaks and tabs kept', () => {
    expect(printable(evil)).toBe(shown);
    expect(printable('Zürich\t→ 3 ± 1 ✓ 東京\n')).toBe('Zürich\t→ 3 ± 1 ✓ 東京\n');
    expect(onOneLine('a\nb')).toBe('a\\nb');
  });

  test('mean the same inside of JSON', () => {
    // JSON itself writes out what is below U+0020, but not these.
    const raw = JSON.stringify('\u009b1m\u007f\u202egnp');
    expect(printable(raw)).not.toBe(raw);
    expect(JSON.parse(printable(raw))).toBe(JSON.parse(raw));
  });

  test('reach neither stream, whoever writes', () => {
    const { made, written } = terminal();
    guardOutput(made);
    made.stdout.write(`${evil}\n`);
    made.stderr.write(`${evil}\n`);
    expect(reportError(new Error(evil), made)).toBe(1);
    expect(written).toEqual({ out: `${shown}\n`, err: `${shown}\nerror: ${shown}\n` });
  });

  test('may rewrite a progress line, at its start, on a terminal', () => {
    const { made, written } = terminal({ isTTY: true });
    guardOutput(made);
    for (const start of ['\r', '\r\u001b[K', '\r\u001b[2K']) made.stderr.write(`${start}3 of \r4`);
    expect(written.err).toBe('\r3 of \\u000d4\r\u001b[K3 of \\u000d4\r\u001b[2K3 of \\u000d4');
    made.stdout.write('\rx');
    expect(written.out).toBe('\\u000dx');
  });
});

describe('output that cannot be written', () => {
  test.each([
    ['EPIPE', 141],
    ['EIO', 'SIGHUP to 7'],
  ])('for want of a reader (%s) ends without a word', async (code, end) => {
    const { made, written, exits } = terminal({ fails: code });
    guardOutput(made);
    made.stdout.write('x');
    await settled();
    expect({ exits, err: written.err }).toEqual({ exits: [end], err: '' });
  });

  test.each([
    ['ENOSPC', 'no space is left there (ENOSPC)'],
    ['EFBIG', 'write EFBIG (EFBIG)'],
  ])('for another reason (%s) ends with one line', async (code, reason) => {
    const failing = terminal({ fails: code });
    const working = terminal();
    const made = { ...failing.made, stderr: working.made.stderr };
    guardOutput(made);
    made.stdout.write('x');
    await settled();
    expect(working.written.err).toBe(`error: standard output cannot be written: ${reason}\n`);
    expect(failing.exits).toEqual([1]);
  });

  test('into a file is never cut short without a word', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'replicate-terminal-')), 'out');
    const long = `${'ä'.repeat(100_000)}\u0007\n`;
    const fd = openSync(file, 'w');
    const { made, exits } = terminal();
    guardOutput({ ...made, stdout: Object.assign(made.stdout, { fd }) });
    let done = 0;
    made.stdout.write(long);
    made.stdout.write('end\n', () => done++);
    closeSync(fd);
    expect(readFileSync(file, 'utf8')).toBe(`${'ä'.repeat(100_000)}\\u0007\nend\n`);
    expect({ done, exits }).toEqual({ done: 1, exits: [] });
    rmSync(dirname(file), { recursive: true });
  });

  test('as progress ends nothing', async () => {
    const { made, exits } = terminal({ fails: 'EPIPE' });
    guardOutput(made);
    made.stderr.write('1 of 2\n');
    await settled();
    expect(exits).toEqual([]);
  });
});

test('an error of the command line has been said already', () => {
  const { made, written } = terminal();
  expect(reportError(new CommanderError(2, 'commander.unknownOption', 'x'), made)).toBe(2);
  expect(reportError('a text', made)).toBe(1);
  expect(written.err).toBe('error: a text\n');
});
