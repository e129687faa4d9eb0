import { UserError } from '../model/user-error.js';
import { DamagedCase } from './damaged.js';

/** What an error of SQLite, of its driver or of our reading means to the person; null: our bug. */
export function caseTrouble(error: unknown, file: string): UserError | null {
  if (error instanceof UserError) return error;
  if (error instanceof DamagedCase) return damaged(file, error.message);
  const { code, message } = error as { readonly code?: unknown; readonly message?: string };
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return null;
  const kind = code.split('_')[1] ?? '';
  switch (kind) {
    case 'BUSY':
    case 'LOCKED':
    case 'PROTOCOL':
      return new UserError(
        `another program is using the case ${file}`,
        'wait until it has ended, or name another case',
      );
    case 'CORRUPT':
    case 'NOTADB':
    case 'CONSTRAINT':
    case 'MISMATCH':
    case 'FORMAT':
      return damaged(file, message ?? code);
    case 'FULL':
      return new UserError(`no space left for the case ${file}`, 'make room, or put the case on another disk');
    case 'READONLY':
    case 'PERM':
    case 'AUTH':
      return new UserError(`the case ${file} cannot be written`, 'check the permissions of the file and its folder');
    case 'CANTOPEN':
    case 'IOERR':
    case 'NOLFS':
    case 'TOOBIG':
    case 'NOMEM':
      return new UserError(
        `cannot read or write the case ${file}: ${message ?? code} (${code})`,
        'check the folder, its permissions and the free space',
      );
    default:
      return null;
  }
}

function damaged(file: string, what: string): UserError {
  return new UserError(`the case ${file} is damaged: ${what}`, `remove it: it is made again from the evidence`);
}

/** Runs one use of the case; trouble comes out in words. */
export function inWords<T>(file: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw caseTrouble(error, file) ?? error;
  }
}
