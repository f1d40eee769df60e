import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';

const require = createRequire(import.meta.url);

const versionOf = (name: string): string => {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return 'absent';
  }
};

const git = (...args: string[]): string =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

function commit(): string {
  try {
    const hash = git('rev-parse', '--short=12', 'HEAD');
    const dirty = git('status', '--porcelain', '--untracked-files=no');
    return dirty === '' ? hash : `${hash} with changes`;
  } catch {
    return 'not a git checkout';
  }
}

/** Machine and versions behind a run, name → value, for `environment.json` and the report. */
export function environment(): Record<string, string> {
  return {
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} threads`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${platform()} ${release()}`,
    node: process.version,
    'onnxruntime-node': versionOf('onnxruntime-node'),
    '@tensorflow/tfjs': versionOf('@tensorflow/tfjs'),
    commit: commit(),
  };
}
