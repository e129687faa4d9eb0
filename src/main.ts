#!/usr/bin/env node
import { run } from './cli/program.js';
import { UserError } from './model/user-error.js';

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (error instanceof UserError) {
    process.stderr.write(`faultline: ${error.message}\n  ${error.nextStep}\n`);
  } else {
    const { stack, message } = error as Error;
    process.stderr.write(`faultline: a bug, please report it: ${message}\n${stack ?? ''}\n`);
  }
  process.exitCode = 2;
}
