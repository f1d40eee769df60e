import { writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { parseJsonFile } from '@scene-mtl/data/json';
import { z } from 'zod';
import { modeOptions } from '../src/balancing/mode.ts';
import { refreshOptions } from '../src/balancing/refresh.ts';
import {
  balancerNamed,
  balancers,
  batchMethods,
  crossMethods,
  gradientMethods,
  lossMethods,
  namedPairs,
  type AnyBalancer,
  type Guarantee,
  type Property,
} from '../src/index.ts';

/** `npx tsx --conditions=@scene-mtl/source packages/core/scripts/balancing-doc.ts` writes docs/balancing.md. */

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
const code = (text: string) => `\`${text}\``;

interface JsonSchema {
  readonly properties?: Readonly<Record<string, { description?: string; default?: unknown }>>;
  readonly description?: string;
}

/** Each option with its default and what it is. */
function optionsOf({ options }: AnyBalancer): string {
  const { properties, description } = z.toJSONSchema(options, { io: 'input' }) as JsonSchema;
  if (!properties) return description ?? '';
  return Object.entries(properties)
    .filter(([name, { description }]) => description !== shared.get(name))
    .map(([name, { description: what = '', default: start }]) => {
      const begins = start === undefined ? '' : ` (${JSON.stringify(start)})`;
      return `${code(name)}${begins} ${what}`;
    })
    .join('; ');
}

/** Options of every method of the gradients, and of all that weigh them by their scalar products; told once. */
const shared = new Map(
  Object.entries({ ...refreshOptions, ...modeOptions }).map(([name, option]) => [
    name,
    option.description,
  ]),
);

const properties: Readonly<Record<Property, string>> = {
  order: 'order',
  absence: 'absence',
  'equal tasks': 'equals',
  scale: 'scale',
};
const guaranteed: Readonly<Record<Guarantee, string>> = {
  'non-conflicting': 'no conflict',
  'linear under scaling': 'linear',
};

const formulas = (methods: readonly AnyBalancer[]) =>
  methods.map((m) => {
    const short = m.alias.length > 0 ? ` (${m.alias.join(', ')})` : '';
    return row(code(m.name) + short, m.formula, optionsOf(m), m.source);
  });

/** Methods with a direction, of which something can be promised. */
const promising = new Set<AnyBalancer>(gradientMethods);

const has = (yes: boolean) => (yes ? '✓' : '–');
const tested = (methods: readonly AnyBalancer[], { rows }: Bench) =>
  methods.map((m) => {
    const found = rows.find((one) => benched(one).name === m.name && benched(one).options === '');
    return row(
      code(m.name),
      ...Object.keys(properties).map((property) => has(!(property in m.lacks))),
      ...Object.keys(guaranteed).map((each) =>
        !promising.has(m) ? '' : has((m.guarantees ?? []).includes(each as Guarantee)),
      ),
      m.cost,
      found ? timesEqual(found) : '',
      Object.values(m.lacks).join('; '),
    );
  });

/** What `npm run bench -- balancing --json` wrote. */
const benchSchema = z.object({
  machine: z.record(z.string(), z.string()),
  rows: z.array(
    z.object({
      method: z.string(),
      ...{ ms: z.number(), min: z.number(), timesEqual: z.number() },
      ...{ minTimesEqual: z.number(), processorTimesEqual: z.number() },
      memoryTimesEqual: z.number(),
    }),
  ),
});
type Bench = z.infer<typeof benchSchema>;
const BENCH = new URL('../../../bench/results/balancing.json', import.meta.url);

/** Canonical name and options of a row of the bench: `nash:every=5`. */
const benched = ({ method }: Bench['rows'][number]) => {
  const [name, options = ''] = method.split(':');
  return { name: balancerNamed(name).name, options };
};
const timesEqual = ({ ms, minTimesEqual }: Bench['rows'][number]) =>
  `${ms.toFixed(0)} (${minTimesEqual.toFixed(2)})`;

const measured = ({ rows }: Bench) =>
  rows.map((one) => {
    const { name, options } = benched(one);
    return row(
      code(name) + (options === '' ? '' : ` ${options.replaceAll(',', ', ')}`),
      ...[one.ms, one.min].map((ms) => ms.toFixed(1)),
      ...[one.timesEqual, one.minTimesEqual, one.processorTimesEqual].map((times) =>
        times.toFixed(2),
      ),
      one.memoryTimesEqual.toFixed(2),
    );
  });

/** A table of Markdown. */
const table = (head: readonly string[], rows: readonly string[]) =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n');

/** The whole of docs/balancing.md. */
export async function balancingDoc(): Promise<string> {
  const head = ['method', 'formula', 'options (default)', 'source'];
  const columns = [...Object.values(properties), ...Object.values(guaranteed)];
  const options = await resolveConfig(fileURLToPath(import.meta.url));
  const bench = await parseJsonFile(fileURLToPath(BENCH), benchSchema);
  const machine = Object.entries(bench.machine).map(([name, value]) => `${name} ${value}`);
  const text = `<!-- Generated by packages/core/scripts/balancing-doc.ts from the registry of balancers; do not edit. -->

# Balancing

The ${balancers.length} methods of \`--balancer\`, each a file of packages/core/src/balancing. L is a loss, s = log σ², w a
weight, g a gradient of the shared parameters, d the direction that stands for the gradient, M the products gᵢ·gⱼ, K the
number of objectives. What a step costs is [measured](#what-a-step-was-measured-to-cost), and beside PyTorch in
[benchmarks.md](benchmarks.md#what-balancers-cost).

![Small charts, one a method: both losses along five paths, and the Pareto front in grey](images/balancing-toy.png)

\`replicate libmtl toy\` draws this: two losses of two parameters (Liu et al. 2021, scaled as by Navon et al. 2022), five
starts (dots), 3,000 steps of Adam at 0.02, every method with its defaults. Grey: the Pareto front. Where the losses are the
same for every batch, as here, the second batch of MoDo, SDMGrad, Auto-λ, MOML and FORUM is the first.

## One loss of all: one backward pass

${table(head, formulas(lossMethods))}

## Gradients: K backward passes that share one forward pass

Any method of the losses and one of these go together: \`uw+upgrad\` balances the gradients of the losses that the first
has weighed.

All of these have the option \`mode\`. With \`representation\`, g are the gradients of the tensors between what the tasks share
and what is one task's own, \`[B, …]\`: K backward passes through the heads and one through the trunk, which gets d as the
gradient of what it gave. What is one task's own gets the gradient of its own loss in both modes, unweighed. A network
whose tasks do not part at one place, a loss that goes another way, and a method that keeps numbers of every element refuse
it, each with its reason.

Methods that weigh the gradients by M alone have two options more: \`every\` (1), batches from one computation of the
weights to the next, and \`smoothing\` (0), the share of the weights before in the new ones. Where weights are kept, a step
is one backward pass.

${table(head, formulas(gradientMethods))}

## Two methods that are published as one

${table(head, formulas(namedPairs))}

## Learned on other batches

A is made of the gradients of two batches besides the one that is stepped on; L̃ is of one besides it. All are drawn from
the training data, each in an order of its own. A method of the losses can go before ${crossMethods.map(({ name }) => code(name)).join(' and ')}: \`uw+modo\`.

${table(head, formulas(batchMethods))}

## What is tested of them

All: what a missing label holds has no influence, zero gradients give finite numbers, the compiled step equals the eager
one, state survives a checkpoint. Then, ✓ where tests show it, and – where the method says why not. *Order*: of the
objectives, no influence. *Absence*: without a label, the others go on as if it had never been there. *Equals*: two equal
objectives count the same. *Scale*: a factor of a loss does not turn the update. *No conflict*: gᵢ·d ≥ 0 for all
independent gradients. *Linear*: in factors of the gradients.

${table(['method', ...columns, 'costs', 'ms (× equal)', 'because'], tested(balancers, bench))}

_ms (× equal)_: of a step, the median, and the ratio of the smallest times to that of equal weights, as measured below;
blank where it was not.

## What a step was measured to cost

\`npm run bench -- balancing NAME …\`: training steps of workload (a), three heads (64×128, batches of 8), each method in a
process of its own, in turns, five groups of them each with equal weights of its own (${machine.join('; ')}), nothing
else running on a shared host. Ratios to equal weights: medians over the rounds, the smallest of all steps, and processor time.
Methods of the gradients that weigh them by M do the same work but for 0.1 to 0.6 ms, so that what tells them
apart here is noise. Where weights are kept for n batches the numbers are means of n steps. Memory is the peak of the
process, in which two programs lie where weights are kept.

${table(['method', 'ms', 'smallest', '× equal', '× smallest', '× processor', '× memory'], measured(bench))}
`;
  return format(text, { ...options, parser: 'markdown' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await writeFile(new URL('../../../docs/balancing.md', import.meta.url), await balancingDoc());
}
