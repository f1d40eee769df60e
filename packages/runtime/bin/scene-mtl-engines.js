#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/engines-cli.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write(
    'scene-mtl-engines: not built yet: run `npm run build`, or `npm run engines`\n',
  );
  process.exitCode = 2;
}
