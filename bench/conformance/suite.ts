import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { insideStep } from '../../packages/runtime/src/ops/inside-step.ts';
import { ConformanceBackend, nothingYet, registerConformance, type Happened } from './backend.ts';
import type { Outcome, Program } from './program.ts';

/** TensorFlow.js' own specs, each run by TensorFlow.js alone and by compiled steps. */

/** How a spec went in one environment. */
export interface Run {
  readonly passed: boolean;
  /** The first thing that failed. */
  readonly message: string;
  readonly happened: Happened;
}

/** A spec, and how it went. */
export interface Spec {
  readonly name: string;
  readonly file: string;
  readonly eager?: Run;
  readonly compiled?: Run;
}

const require = createRequire(import.meta.url);
const core = join(dirname(require.resolve('@tensorflow/tfjs-core/package.json')), 'dist');

/** Files with specs that run on a backend, by their paths below `dist`. */
export const specFiles = (): string[] =>
  readdirSync(core, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('_test.js'))
    .filter((path) => readFileSync(join(core, path), 'utf8').includes('describeWithFlags'))
    .sort();

interface SpecResult {
  readonly fullName: string;
  readonly status: string;
  readonly failedExpectations: readonly { readonly message: string }[];
}

interface Jasmine {
  DEFAULT_TIMEOUT_INTERVAL: number;
  getEnv(): {
    configure(options: object): void;
    addReporter(reporter: object): void;
    execute(): Promise<unknown>;
  };
}

const EAGER = 'conformance-eager';
const COMPILED = 'conformance-compiled';

/** Gradients are those of steps, as inside `compile()`. */
function differentiateAsInSteps(): void {
  const engine = tf.engine() as unknown as { gradients: (...args: unknown[]) => unknown };
  const gradients = engine.gradients.bind(engine);
  engine.gradients = (...args) => insideStep(() => gradients(...args));
}

/**
 * Runs specs in this process, once. TensorFlow.js is theirs afterwards.
 * @param files of {@link specFiles}
 * @param replay what gives the numbers that they read
 * @param tell told how many specs have run
 */
export async function runSpecs(
  files: readonly string[],
  replay: (program: Program) => Outcome,
  tell: (done: number) => void,
): Promise<readonly Spec[]> {
  const jasmine = (require('jasmine-core') as { boot(anew: boolean): Jasmine }).boot(true);
  (globalThis as unknown as { jasmine: Jasmine }).jasmine = jasmine;
  jasmine.DEFAULT_TIMEOUT_INTERVAL = 600_000;
  registerConformance(EAGER);
  registerConformance(COMPILED, replay);
  differentiateAsInSteps();
  // Their copy of TensorFlow.js' core shares this one's engine, and would say so.
  tf.env().set('IS_TEST', true);
  const util = require('@tensorflow/tfjs-core/dist/jasmine_util.js') as {
    setTestEnvs(envs: readonly object[]): void;
  };
  util.setTestEnvs(
    [EAGER, COMPILED].map((name) => ({ name, backendName: name, isDataSync: true })),
  );
  require('@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js');
  const global = globalThis as unknown as Record<string, (...args: unknown[]) => unknown>;
  const { describe } = global;
  const specs = new Map<string, { -readonly [K in keyof Spec]: Spec[K] }>();
  for (const file of files) {
    // The file is part of a spec's name: names recur.
    global['describe'] = (name, body) => {
      global['describe'] = describe;
      describe(`${file}| ${String(name)}`, body);
      global['describe'] = prefixed;
    };
    const prefixed = global['describe'];
    require(join(core, file));
  }
  global['describe'] = describe;
  const env = jasmine.getEnv();
  env.configure({ random: false, failSpecWithNoExpectations: false });
  const seen = new Map<string, number>();
  let done = 0;
  env.addReporter({
    specStarted: () => {
      ConformanceBackend.happened = nothingYet();
    },
    specDone: ({ fullName, status, failedExpectations }: SpecResult) => {
      const kind = fullName.includes(EAGER) ? 'eager' : 'compiled';
      const env = kind === 'eager' ? EAGER : COMPILED;
      if (!fullName.includes(env)) return;
      const [file, rest] = fullName.split('| ', 2) as [string, string];
      const name = rest.replace(` ${env} {}`, '');
      const nth = seen.get(fullName) ?? 0;
      seen.set(fullName, nth + 1);
      const key = `${file}|${name}|${nth}`;
      const spec = specs.get(key) ?? { name, file };
      specs.set(key, spec);
      spec[kind] = {
        passed: status === 'passed',
        message: failedExpectations[0]?.message ?? (status === 'passed' ? '' : status),
        happened: ConformanceBackend.happened,
      };
      tell(++done);
    },
  });
  // Some specs print a profile.
  const { log } = console;
  console.log = () => undefined;
  try {
    await env.execute();
  } finally {
    console.log = log;
  }
  return [...specs.values()];
}
