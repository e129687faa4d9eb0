import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Names the program that read a source: its version and a sum over the files beside `module`. In the bundle these are all
 * of the program (1 MB, 2 ms), so a build between two releases, which has the version of the first, is another program.
 */
export function programKey(version: string, module: string): string {
  const folder = new URL('.', module);
  const hash = createHash('sha256');
  for (const name of readdirSync(fileURLToPath(folder)).sort())
    if (/\.[jt]s$/.test(name)) hash.update(`${name}\n`).update(readFileSync(new URL(encodeURIComponent(name), folder)));
  return `${version}+${hash.digest('hex').slice(0, 16)}`;
}
