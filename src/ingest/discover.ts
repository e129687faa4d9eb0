import { isUtf8 } from 'node:buffer';
import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { UserError } from '../model/user-error.js';

/** One thing to read. `path` is relative to what was given and `/` separated. */
export type Input =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly file: string;
      /** Its bytes where the name is not UTF-8: `file` then leads to nothing. */
      readonly rawFile?: Uint8Array;
      /** Why it cannot be read, where listing showed it. */
      readonly problem?: string;
    }
  /** A FIFO that was named itself, as `<(zcat ...)` of a shell. */
  | { readonly kind: 'pipe'; readonly path: string; readonly file: string }
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
    if (path !== '-') addPath(path, paths.length > 1, inputs, seen);
    else if (isNew('-', seen)) inputs.push({ kind: 'stdin', path: '-' });
  }
  return inputs.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function addPath(path: string, several: boolean, inputs: Input[], seen: Set<string>): void {
  const stats = statOf(path);
  if (stats.isDirectory()) {
    // Two folders may hold the same relative path; with several arguments the argument's own name goes in front.
    const prefix = several ? `${basename(resolve(path))}/` : '';
    walk(path, prefix, listOf(path), inputs, seen);
    return;
  }
  if (isNew(identityOf(path), seen))
    inputs.push({ kind: stats.isFIFO() ? 'pipe' : 'file', path: basename(path), file: path });
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new UserError(`cannot read ${harmless(path)}: ${codeOf(error)}`, 'check the path and its permissions');
  }
}

function listOf(folder: string): readonly Buffer[] {
  try {
    return readdirSync(folder, { encoding: 'buffer' });
  } catch (error) {
    throw new UserError(
      `cannot list ${harmless(folder)}: ${codeOf(error)}`,
      'check its permissions, or name the readable files',
    );
  }
}

/** A name may hold what moves the cursor or turns the writing direction. */
function harmless(path: string): string {
  return path.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

function walk(
  folder: string | Buffer,
  prefix: string,
  entries: readonly Buffer[],
  inputs: Input[],
  seen: Set<string>,
): void {
  if (!isNew(identityOf(folder), seen)) return;
  const children = entries.map((entry) => ({ name: nameOf(entry), file: childOf(folder, entry) }));
  for (const { name, file } of children.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    const path = prefix + name;
    if (!isFolder(file)) {
      if (isNew(identityOf(file), seen)) inputs.push({ kind: 'file', path, ...named(file) });
      continue;
    }
    try {
      walk(file, `${path}/`, readdirSync(file, { encoding: 'buffer' }), inputs, seen);
    } catch (error) {
      // One closed folder of many: it stands in the report like a file that cannot be read.
      inputs.push({ kind: 'file', path: `${path}/`, ...named(file), problem: codeOf(error) });
    }
  }
}

/** A dangling link, or what has just vanished, is no folder: it is kept in the list so that reading it says so. */
function isFolder(file: string | Buffer): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}

/** POSIX names are bytes: those that are not UTF-8 are shown with `\xNN`. */
function nameOf(entry: Buffer): string {
  if (isUtf8(entry)) return entry.toString('utf8');
  const shown = (byte: number): string =>
    byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  return Array.from(entry, shown).join('');
}

function childOf(folder: string | Buffer, entry: Buffer): string | Buffer {
  if (typeof folder === 'string' && isUtf8(entry)) return join(folder, entry.toString('utf8'));
  return Buffer.concat([Buffer.from(folder), Buffer.from(sep), entry]);
}

function named(file: string | Buffer): { readonly file: string; readonly rawFile?: Uint8Array } {
  return typeof file === 'string' ? { file } : { file: file.toString('utf8'), rawFile: file };
}

function identityOf(path: string | Buffer): string {
  try {
    if (typeof path === 'string') return realpathSync(path);
    return realpathSync.native(path, { encoding: 'buffer' }).toString('latin1');
  } catch {
    // A dangling link, and /dev/fd/63, whose link leads to no path.
    return typeof path === 'string' ? resolve(path) : path.toString('latin1');
  }
}

function isNew(identity: string, seen: Set<string>): boolean {
  if (seen.has(identity)) return false;
  seen.add(identity);
  return true;
}
