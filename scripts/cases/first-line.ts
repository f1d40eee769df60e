import { spawn } from 'node:child_process';
import { node } from './run.ts';
import type { Ended } from './run.ts';

/** Runs a program whose reader goes away after the first line, as `| head -1` does. */
export const firstLine = (file: string, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [...node, file, ...args]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      child.stdout.destroy();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('close', (code) => {
      resolve({ code: code ?? 1, text });
    });
  });
