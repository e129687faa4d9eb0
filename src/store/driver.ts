import type Sqlite from 'better-sqlite3';
import { UserError } from '../model/user-error.js';

export type Driver = typeof Sqlite;
export type Database = Sqlite.Database;

/** Loaded only when a case is asked for: everything else works, and starts, without the native library. */
export async function loadDriver(): Promise<Driver> {
  try {
    const { default: driver } = await import('better-sqlite3');
    // The library loads its binary with the first database, not with itself.
    new driver(':memory:').close();
    return driver;
  } catch (error) {
    throw driverTrouble(error);
  }
}

function driverTrouble(error: unknown): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return new UserError(
      'a case needs better-sqlite3, which is not installed',
      'install it beside faultline: npm install better-sqlite3@12; without --case everything else works',
    );
  // npm 12 skips install scripts unless told otherwise, and the library then comes without its binary.
  if (/bindings file/.test(message))
    return new UserError(
      'a case needs the binary of better-sqlite3, which was not built when it was installed',
      'npm rebuild better-sqlite3 (globally: npm install -g --allow-scripts=better-sqlite3 faultline)',
    );
  const [why = ''] = message.split('\n');
  return new UserError(
    `better-sqlite3 does not load in Node ${process.versions.node}: ${why}`,
    'npm rebuild better-sqlite3, with the Node that runs faultline',
  );
}
