import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SpoolFile {
  readonly fd: number;
  remove(): void;
}

/** Folders that the system did not let go while their file was open (Windows). */
const left = new Set<string>();
let watchesExit = false;

/** A temporary file that only its owner may read and that is gone from its folder at once, so that nothing stays behind. */
export function openSpoolFile(): SpoolFile {
  const folder = temporaryFolder();
  const fd = openSync(join(folder, 'spool'), 'wx+', 0o600);
  if (!isRemoved(folder)) removeAtExit(folder);
  return {
    fd,
    remove() {
      closeSync(fd);
      if (left.has(folder) && isRemoved(folder)) left.delete(folder);
    },
  };
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'faultline-'));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const code = `no temporary file in ${tmpdir()}: ${why}; name another folder in TMPDIR`;
    throw Object.assign(new Error(code), { code });
  }
}

function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Windows may keep a file that is open.
  }
  return !existsSync(folder);
}

function removeAtExit(folder: string): void {
  left.add(folder);
  if (watchesExit) return;
  watchesExit = true;
  process.on('exit', () => left.forEach(isRemoved));
}
