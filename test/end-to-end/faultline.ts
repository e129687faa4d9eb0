import { spawnSync } from 'node:child_process';

const MAIN = new URL('../../dist/bin/faultline.js', import.meta.url).pathname;

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built program as a user would, in a plain environment. */
export function faultline(
  args: readonly string[],
  options: {
    readonly input?: string | Uint8Array;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): Run {
  const result = spawnSync(process.execPath, [MAIN, ...args], {
    input: options.input ?? '',
    env: { PATH: process.env.PATH ?? '', TZ: 'UTC', ...options.env },
    cwd: options.cwd ?? process.cwd(),
    maxBuffer: 1 << 28,
  });
  return { code: result.status, out: result.stdout.toString('utf8'), err: result.stderr.toString('utf8') };
}
