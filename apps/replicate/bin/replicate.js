#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write('replicate: not built yet: run `npm run build`, or `npm run replicate`\n');
  process.exitCode = 2;
}
