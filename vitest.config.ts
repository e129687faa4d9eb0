import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'parsers/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.mjs'],
    testTimeout: 60_000,
    pool: 'forks',
    // Half of the tests wait for a program that they started: on two cores one worker takes 9.5 minutes, two take 5.5.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
