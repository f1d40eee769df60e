import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: { [name: string]: string };
};

test('what turbo runs says nothing of its use and keeps nothing at home', () => {
  const scripts = Object.entries(manifest.scripts).filter(([, script]) => /\bturbo\b/.test(script));
  expect(scripts.map(([name]) => name)).toContain('boundaries');
  for (const [, script] of scripts) expect(script).toMatch(/^node --env-file=turbo\.env /);

  const home = mkdtempSync(join(tmpdir(), 'home-'));
  const { TURBO_TELEMETRY_DISABLED: _, DO_NOT_TRACK: __, ...env } = process.env;
  const [command, ...words] = manifest.scripts.boundaries.split(' ');
  const said = spawnSync(command, words, {
    cwd: root,
    env: { ...env, HOME: home, XDG_CONFIG_HOME: '' },
    encoding: 'utf8',
  });
  expect(said).toMatchObject({ status: 0, stdout: expect.stringContaining('no issues found') });
  expect(said.stdout + said.stderr).not.toContain('telemetry');
  expect(readdirSync(home)).toEqual([]);
});
