#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { run } from './cli/program.js';
import { UserError } from './model/user-error.js';
import { harmless } from './report/harmless.js';

/**
 * V8 optimizes a function after 67,584 bytes of its bytecode have run (11.3, `--interrupt-budget`). In a run of a second the
 * optimizer then takes half a second of other threads, which two cores do not have to spare: 12 logs of 60 MB in two
 * threads take 1.43 s instead of 1.72 s with this, runs of many seconds the same. Only for the engine of Node 20, on which it was
 * measured: later ones have other compilers, and one that does not know the flag complains on standard error.
 */
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000');

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (error instanceof UserError) {
    // Names of files stand in it, and a file system may hold any name.
    process.stderr.write(`faultline: ${harmless(error.message)}\n  ${harmless(error.nextStep)}\n`);
  } else {
    const { stack, message } = error as Error;
    process.stderr.write(`faultline: a bug, please report it: ${harmless(`${message}\n${stack ?? ''}`)}\n`);
  }
  process.exitCode = 2;
}
