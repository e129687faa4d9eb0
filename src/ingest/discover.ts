import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../model/user-error.js';

/** One thing to read. `path` is relative to what was given and `/` separated. */
export type Input =
  | { readonly kind: 'file'; readonly path: string; readonly file: string }
  | { readonly kind: 'memory'; readonly path: string; readonly content: Uint8Array }
  | { readonly kind: 'stdin'; readonly path: '-' };

/**
 * Files below the given paths, sorted by relative path, so that the order of arguments and of the folder never matters.
 * Symbolic links are followed; a folder met twice (a loop) is read once.
 */
export function discoverInputs(paths: readonly string[]): readonly Input[] {
  if (paths.length === 0) {
    throw new UserError('no evidence was named', 'name files or a folder: faultline report ./evidence');
  }
  const inputs: Input[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    if (path === '-') inputs.push({ kind: 'stdin', path: '-' });
    else addPath(path, paths.length > 1, inputs, seen);
  }
  return inputs.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function addPath(path: string, several: boolean, inputs: Input[], seen: Set<string>): void {
  const stats = statOf(path);
  if (stats.isDirectory()) {
    // Two folders may hold the same relative path; with several arguments the argument's own name goes in front.
    const prefix = several ? `${basename(resolve(path))}/` : '';
    walk(path, prefix, inputs, seen);
    return;
  }
  if (once(path, seen)) inputs.push({ kind: 'file', path: basename(path), file: path });
}

function statOf(path: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UserError(`cannot read ${path}: ${code}`, 'check the path and its permissions');
  }
}

function walk(folder: string, prefix: string, inputs: Input[], seen: Set<string>): void {
  if (!once(folder, seen)) return;
  for (const name of listOf(folder)) {
    const file = join(folder, name);
    let stats: ReturnType<typeof statSync>;
    try {
      stats = statSync(file);
    } catch {
      // A dangling link: kept in the list so that reading it says so.
      inputs.push({ kind: 'file', path: prefix + name, file });
      continue;
    }
    if (stats?.isDirectory()) walk(file, `${prefix}${name}/`, inputs, seen);
    else if (once(file, seen)) inputs.push({ kind: 'file', path: prefix + name, file });
  }
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UserError(`cannot list ${folder}: ${code}`, 'check its permissions, or name the readable files');
  }
}

function once(path: string, seen: Set<string>): boolean {
  const real = realpathSync(path);
  if (seen.has(real)) return false;
  seen.add(real);
  return true;
}
