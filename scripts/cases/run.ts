import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a command ended. */
export interface Ended {
  readonly code: number;
  /** Standard output, then standard error. */
  readonly text: string;
}

const tsx = fileURLToPath(import.meta.resolve('tsx'));
/** The command-line program. */
export const cli = fileURLToPath(new URL('../../apps/replicate/src/cli.ts', import.meta.url));

/** What makes Node run the packages' sources. */
export const node = ['--conditions=@scene-mtl/source', '--import', tsx];

/** Runs a TypeScript program on the packages' sources. */
export const program = (file: string, args: readonly string[] = []): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [...node, file, ...args],
      { maxBuffer: 2 ** 26 },
      (error, out, err) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ code, text: out + err });
      },
    );
  });

/** `replicate …` */
export const replicate = (...args: readonly string[]): Promise<Ended> => program(cli, args);

/**
 * What is wrong with how a command ended; undefined where nothing is.
 * @param code the exit code, or `bad` for any but 0
 * @param says all of which its output must have
 * @param never none of which it may have
 */
export function wrong(
  { code, text }: Ended,
  want: { code: number | 'bad'; says?: readonly RegExp[]; never?: readonly RegExp[] },
): string | undefined {
  const faults = [
    ...((want.code === 'bad' ? code !== 0 : code === want.code)
      ? []
      : [`exit code ${code}, expected ${want.code}`]),
    ...(want.says ?? []).filter((p) => !p.test(text)).map((p) => `does not say ${p}`),
    ...(want.never ?? []).filter((p) => p.test(text)).map((p) => `says ${p}`),
  ];
  if (faults.length === 0) return undefined;
  return `${faults.join('; ')}\n${text.slice(0, 1500)}`;
}
