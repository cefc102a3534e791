#!/usr/bin/env node
// Loads the command line that the build made; plain JavaScript, so that a clone that is not built gets a sentence.
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli.mjs', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  console.error('confledger is not built yet: run `npm start` or `npm run build` once.');
  process.exitCode = 2;
}
