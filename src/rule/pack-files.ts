import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './node.js';
import { compareText, type Report } from './report.js';

/** A rule has some kilobytes; more than this is not a rule. */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_FILES = 10_000;
const MAX_FOLDER_DEPTH = 16;

export interface PackFile {
  /** Inside the pack, `/` separated: `guest/ext4-journal-abort.yaml`. */
  readonly path: string;
  /** As messages name it: the pack's folder as it was given, then the path. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Null when it is not UTF-8 (then reported). */
  readonly text: string | null;
}

export interface PackFiles {
  readonly pack: PackFile | null;
  /** In path order. */
  readonly rules: readonly PackFile[];
  readonly tests: readonly PackFile[];
}

export const TEST_SUFFIX = '.test.yaml';
const PACK_FILE = 'pack.yaml';

/** Reads the YAML files of a pack. What cannot be read is reported, never skipped in silence. */
export function readPackFiles(dir: string, report: Report): PackFiles {
  const paths: string[] = [];
  listFolder(dir, '', 0, paths, report);
  paths.sort(compareText);
  if (paths.length > MAX_FILES) {
    report(start(dir), dir, `more than ${MAX_FILES} files`, 'split the pack');
    paths.length = MAX_FILES;
  }
  const files = paths.flatMap((path) => readOne(dir, path, report) ?? []);
  const isTest = (file: PackFile) => file.path.endsWith(TEST_SUFFIX);
  return {
    pack: files.find((file) => file.path === PACK_FILE) ?? null,
    rules: files.filter((file) => file.path !== PACK_FILE && !isTest(file)),
    tests: files.filter(isTest),
  };
}

/** Over path, length and content of `pack.yaml` and the rules; tests do not change what a pack finds. */
export function hashFiles(files: readonly PackFile[]): string {
  const hash = createHash('sha256');
  for (const file of [...files].sort((a, b) => compareText(a.path, b.path))) {
    hash.update(`${file.path}\0${file.bytes.length}\0`);
    hash.update(file.bytes);
  }
  return hash.digest('hex');
}

/** Windows writes `\`; rule files are named the same everywhere. */
export function fileName(dir: string, path: string): string {
  const folder = dir.replaceAll('\\', '/').replace(/\/+$/, '');
  return folder === '' || folder === '.' ? path : `${folder}/${path}`;
}

function start(file: string): Place {
  return { file, line: 1, column: 1 };
}

function listFolder(dir: string, folder: string, depth: number, paths: string[], report: Report): void {
  for (const entry of entriesOf(dir, folder, report)) {
    if (entry.name.startsWith('.') || paths.length > MAX_FILES) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const place = start(fileName(dir, path));
    if (entry.isSymbolicLink()) report(place, path, 'a pack holds no symbolic links', 'copy the file into the pack');
    else if (entry.isDirectory() && depth >= MAX_FOLDER_DEPTH)
      report(place, path, 'folders nested too deeply', `at most ${MAX_FOLDER_DEPTH}`);
    else if (entry.isDirectory()) listFolder(dir, path, depth + 1, paths, report);
    else if (/\.ya?ml$/i.test(entry.name) && !entry.name.endsWith('.yaml'))
      report(place, path, 'rule files end in .yaml', `rename it to '${path.replace(/\.ya?ml$/i, '.yaml')}'`);
    else if (entry.isFile() && entry.name.endsWith('.yaml')) paths.push(path);
  }
}

function entriesOf(dir: string, folder: string, report: Report): readonly Dirent[] {
  try {
    return readdirSync(join(dir, folder), { withFileTypes: true });
  } catch (error) {
    const place = start(folder === '' ? dir : fileName(dir, folder));
    report(place, place.file, `the folder cannot be read: ${reasonOf(error)}`, 'name a folder that holds pack.yaml');
    return [];
  }
}

function readOne(dir: string, path: string, report: Report): PackFile | undefined {
  const file = fileName(dir, path);
  let bytes: Uint8Array;
  try {
    const { size } = statSync(join(dir, path));
    if (size > MAX_FILE_BYTES) {
      report(start(file), path, `the file has ${size} bytes`, `at most ${MAX_FILE_BYTES}`);
      return undefined;
    }
    bytes = readFileSync(join(dir, path));
  } catch (error) {
    report(start(file), path, `the file cannot be read: ${reasonOf(error)}`, 'check its permissions');
    return undefined;
  }
  return { path, file, bytes, text: decode(bytes, file, report) };
}

function decode(bytes: Uint8Array, file: string, report: Report): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    report(start(file), '', 'the file is not UTF-8', 'save it as UTF-8');
    return null;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
