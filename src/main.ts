#!/usr/bin/env node
import { run } from './cli/program.js';
import { UserError } from './model/user-error.js';
import { harmless } from './report/harmless.js';

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
