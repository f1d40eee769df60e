import type { Command } from 'commander';
import { openInBrowser } from '../demo/browser.ts';
import { serveDemo, verdict } from '../demo/serve.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly open: boolean;
  readonly port: number;
  readonly seed: number;
}

/** Adds `replicate demo`: equal against learned weights, live in a page. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description(
      'Equal against learned weights, live in a page that opens by itself: losses, weights and predictions of two\n' +
        'small networks as they grow, in under a minute. Only this machine can see the page, and nothing is written.',
    )
    .option('--no-open', 'only say the address; training begins when somebody looks')
    .option('--port <n>', 'port of this machine, 0: any that is free', wholeNumber(0, 65_535), 0)
    .option(
      '--seed <n>',
      'of the picture and of the weights that both begin with',
      wholeNumber(0),
      1,
    )
    .action(async ({ open, port, seed }: Flags) => {
      const onReady = (url: string): void => {
        process.stdout.write(`${url}\n`);
        if (open) openInBrowser(url);
      };
      process.stdout.write(`${verdict(await serveDemo({ seed, port, onReady }))}\n`);
    });
}
