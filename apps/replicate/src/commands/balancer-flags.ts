import { balancerNamed, balancers } from '@scene-mtl/core';
import type { Balance } from '@scene-mtl/lab';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { settledWeights } from '../config/settled-weights.ts';

/** How `replicate train` is told to balance the tasks. */
export interface BalancerFlags {
  balancer: string;
  balancerSet: string[];
  weightsOf?: string;
  weightsLines: number;
  runs: string;
}

/** Adds the flags of {@link BalancerFlags}; that of the runs' folder is the command's own. */
export function addBalancerFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--balancer <name>', 'how the tasks are balanced; the methods are listed below')
        .argParser((name: string) => knownBalancer(name))
        .default('uncertainty'),
    )
    .option(
      '--balancer-set <key=value...>',
      'its options: initial=…, temperature=…, preference.depth=…, or one weight per task for fixed',
      [] as string[],
    )
    .addOption(
      new Option(
        '--weights-of <run>',
        'fixed weights: those that another run settled on, means over the end of its log',
      ).conflicts(['balancer', 'balancerSet']),
    )
    .option('--weights-lines <n>', 'lines of that log', lineCount, 10);
}

/** The balance that the flags ask for; weights of another run are said as they would be typed. */
export async function balanceOf(flags: BalancerFlags): Promise<Balance> {
  const { weightsOf, weightsLines, runs } = flags;
  if (weightsOf === undefined) {
    return { name: flags.balancer, options: optionsOf(flags.balancerSet) };
  }
  const balance = await settledWeights(weightsOf, runs, weightsLines);
  const typed = Object.entries(balance.options).map(([task, weight]) => `${task}=${weight}`);
  process.stdout.write(
    `weights of ${weightsOf}: --balancer ${balance.name} --balancer-set ${typed.join(' ')}\n`,
  );
  return balance;
}

/** The methods with their formulas and prices. */
export const balancerHelp = (): string =>
  [
    '\nMethods of --balancer (and their short names in the field). One of the losses and one of the',
    'gradients go together, in this order: uw+gradnorm; options then begin with the name of theirs:',
    '--balancer-set uncertainty.initial=0.5.',
    ...balancers.map(({ name, alias, formula, cost, source }) => {
      const title = [name, ...alias.filter((a) => a.toLowerCase() !== name)].join(', ');
      const price = cost === 'none' ? '' : ` Costs ${cost}.`;
      return `  ${title}\n      ${formula}.${price} ${source}.`;
    }),
  ].join('\n');

/**
 * `key=value` pairs → numbers, or words where a method has a choice, by key.
 * @throws naming the pair that is not of this form, or the key that is there twice
 */
export function optionsOf(pairs: readonly string[]): Record<string, number | string> {
  const options = new Map<string, number | string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const [key, text] = [pair.slice(0, at), pair.slice(at + 1)];
    const value = Number(text);
    const isNumber = text.trim() !== '' && Number.isFinite(value);
    if (at < 1 || !(isNumber || /^[a-z][\w+-]*$/.test(text))) {
      throw new Error(
        `--balancer-set ${pair}: expected key=number or key=word, for example temperature=2, ` +
          `depth=0.1 or preference.depth=2`,
      );
    }
    if (options.has(key)) throw new Error(`--balancer-set ${pair}: ${key} is given twice`);
    options.set(key, isNumber ? value : text);
  }
  return Object.fromEntries(options);
}

const lineCount = (text: string): number => {
  const lines = Number(text);
  if (Number.isSafeInteger(lines) && lines >= 1) return lines;
  throw new InvalidArgumentError('expected a whole number from 1.');
};

/** Canonical name of a method, from that or an alias. */
function knownBalancer(text: string): string {
  try {
    return balancerNamed(text).name;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
