import { expect, test } from '@jest/globals';
import { Command } from 'commander';
import {
  addArchitectureFlags,
  architectureHelp,
  withArchitecture,
  type ArchitectureFlags,
} from '../src/commands/architecture-flags.ts';
import { profiles } from '../src/config/profiles.ts';

const flagsOf = (...typed: string[]) =>
  addArchitectureFlags(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
    .parse(typed, { from: 'user' })
    .opts<ArchitectureFlags>();

const architectureOf = (...typed: string[]) =>
  withArchitecture(profiles.smoke, flagsOf(...typed)).network.architecture;

test('an architecture is taken by its own name, whatever it was called, with its options', () => {
  expect(architectureOf('--architecture', 'Cross_Stitch')).toEqual({
    name: 'cross-stitch',
    options: {},
  });
  const set = ['shared=3', 'groups=[["semantic","instance"],["depth"]]'];
  expect(architectureOf('--architecture', 'tree', '--architecture-set', ...set)).toEqual({
    name: 'tree',
    options: { shared: 3, groups: [['semantic', 'instance'], ['depth']] },
  });
  const attach = ['--architecture-set', 'attach.depth=stage1', 'attach.semantic=stage2'];
  expect(architectureOf('--architecture', 'low-supervision', ...attach).options).toEqual({
    attach: { depth: 'stage1', semantic: 'stage2' },
  });
});

test('without the flags a configuration stays what it was', () => {
  expect(withArchitecture(profiles.smoke, flagsOf())).toBe(profiles.smoke);
});

test('what no architecture knows is refused by name', () => {
  expect(() => flagsOf('--architecture', 'none')).toThrow(
    'architecture none: expected one of hard-sharing, ',
  );
  const per = ['--architecture-set', 'per=map'];
  expect(() => architectureOf('--architecture', 'cross-stitch', ...per)).toThrow(
    /^cross-stitch: .*per/,
  );
  expect(() => architectureOf('--architecture-set', 'depth=1')).toThrow(/^hard-sharing: .*depth/);
  expect(() => architectureOf('--architecture-set', 'depth')).toThrow(
    '--architecture-set depth: expected key=value, for example per=channel',
  );
});

test('the help names every architecture with its formula', () => {
  expect(architectureHelp()).toContain('  sluice, sluice-network\n      x_j ← Σᵢ α_ij x_i');
});
