import { balancerNamed } from '@scene-mtl/core';
import { checkedBy } from '@scene-mtl/data/json';
import { flagNumbers, flagWords } from '@scene-mtl/lab';
import type { Command } from 'commander';
import { sizeSchema, type Config } from '../../../config/schema.ts';
import type { SceneContext } from '../../../scenes/kind.ts';
import { table1Rows } from '../table1-rows.ts';

/** Flags of `table1`. */
export interface Table1Options {
  /** Row slugs to run; the others show what is there. */
  readonly rows: readonly string[];
  /** Methods of balancing that have a row each besides. */
  readonly balancers: readonly string[];
  /** Of own tasks: pairs with learned weights, `all` or `none`; absent: all while they are few. */
  readonly pairs?: readonly string[];
  /** Learning rates among which each row chooses, at an equal budget; empty: the configuration's. */
  readonly rates: readonly number[];
  /** Sizes of the images, px; empty: the configuration's. */
  readonly sizes: readonly Config['size'][];
}

/** What Table 1 is made for. */
export type Table1Context = SceneContext<Table1Options>;

const slugs = table1Rows.map(({ slug }) => slug);
/** Form of the rows of own tasks. */
const OWN = /-only$|^(uncertainty|balancer)-./;

/** A method by its name or alias. @throws for one that there is not, or that needs weights */
function balancerName(text: string): string {
  const { name } = balancerNamed(text);
  if (name !== 'fixed') return name;
  throw new Error('--balancer fixed: expected a method that finds the weights itself');
}

/** Adds the flags of `table1`. */
export const addTable1Flags = (command: Command): Command =>
  command
    .option(
      '--rows <slugs>',
      `only these rows: ${slugs.join(', ')}; of own data: TASK-only, equal-weights, uncertainty-TASK-TASK`,
    )
    .option('--balancer <names>', 'a row each for other methods of balancing, e.g. gradnorm,dwa')
    .option(
      '--pairs <pairs>',
      'of own data: learned weights for all pairs of tasks, none, or these: a+b,a+c (default: all, up to 4 tasks)',
    )
    .option(
      '--tune-rates <rates>',
      'each row chooses among these learning rates on training frames held out for it, e.g. 0.01,0.02,0.04',
    )
    .option('--sizes <HxW,...>', 'one table per size, e.g. 128x256,256x512');

/**
 * Flags as typed → options.
 * @throws naming the flag that is wrong
 */
export const table1Options = (
  flags: Readonly<Record<string, string | undefined>>,
): Table1Options => ({
  rows: flagWords(flags['rows']).map((slug) => {
    // Which rows there are is known with the data; this is what none has.
    if (slugs.includes(slug) || OWN.test(slug)) return slug;
    throw new Error(`--rows ${slug}: no such row; rows are ${slugs.join(', ')}`);
  }),
  balancers: flagWords(flags['balancer']).map(balancerName),
  ...(flags['pairs'] !== undefined && { pairs: flagWords(flags['pairs']) }),
  rates: flagNumbers(flags['tuneRates'], '--tune-rates', { above: 0 }),
  sizes: flagWords(flags['sizes']).map((text) => {
    const match = /^(\d+)x(\d+)$/.exec(text);
    if (!match) throw new Error(`--sizes ${text}: expected HEIGHTxWIDTH in px, e.g. 128x256`);
    const size = { height: Number(match[1]), width: Number(match[2]) };
    return checkedBy(sizeSchema, size, `--sizes ${text}`);
  }),
});

/** The context once per size; the trivial row is known of the configuration's own alone. */
export function variantsOf(context: Table1Context): Table1Context[] {
  const { config, options, data } = context;
  const { trivial: _, ...known } = data;
  if (options.sizes.length === 0) return [context];
  return options.sizes.map((size) => ({
    ...context,
    config: { ...config, size },
    data: sameSize(size, config.size) ? data : known,
  }));
}

const sameSize = (a: Config['size'], b: Config['size']): boolean =>
  a.height === b.height && a.width === b.width;

/** Name of a size where there are several, else empty: `32x64`. */
export const sizeName = ({ config, options }: Table1Context): string =>
  options.sizes.length > 0 ? `${config.size.height}x${config.size.width}` : '';
