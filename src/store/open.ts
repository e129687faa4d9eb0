import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../model/user-error.js';
import { type Database, loadDriver } from './driver.js';
import { APPLICATION_ID, FORMAT, SCHEMA } from './schema.js';
import { inWords } from './trouble.js';

/** An open case. */
export interface CaseFile {
  /** Absolute path. */
  readonly file: string;
  readonly db: Database;
  /** One transaction; readers see all of it or nothing. */
  write(change: () => void): void;
  close(): void;
}

/** Another run holds the write lock for one source, a few milliseconds; a dead network share for ever. */
const BUSY_MS = 5000;

/**
 * Opens a case, or makes one where there is no file. While it is written it is in WAL mode; at rest it is one plain
 * file that can be copied, or read where nothing can be written. A run that changes nothing writes nothing.
 */
export async function openCase(path: string): Promise<CaseFile> {
  const file = resolve(path);
  const driver = await loadDriver();
  checkHeader(file);
  return inWords(file, () => {
    const db = new driver(file, { timeout: BUSY_MS });
    try {
      // What others may have put into the file (views, triggers) gets no rights.
      db.pragma('trusted_schema = OFF');
      db.pragma('cell_size_check = ON');
      db.pragma('foreign_keys = ON');
      db.pragma('synchronous = NORMAL');
      if (pragmaNumber(db, 'user_version') === 0) create(db);
      checkFormat(db, file);
    } catch (error) {
      db.close();
      throw error;
    }
    return opened(file, db);
  });
}

function opened(file: string, db: Database): CaseFile {
  let writing = false;
  return {
    file,
    db,
    write(change) {
      inWords(file, () => {
        if (!writing) toWal(db);
        writing = true;
        db.transaction(change).immediate();
      });
    },
    close() {
      if (writing) toPlainFile(db);
      db.close();
    },
  };
}

/** Another run that has the case open keeps it from changing its mode; both modes are safe, WAL is faster. */
function toWal(db: Database): void {
  try {
    db.pragma('journal_mode = WAL');
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}

function toPlainFile(db: Database): void {
  try {
    db.pragma('journal_mode = DELETE');
  } catch {
    // The other run does it when it ends; nothing is lost.
  }
}

function isBusy(error: unknown): boolean {
  return (error as { readonly code?: string }).code?.startsWith('SQLITE_BUSY') ?? false;
}

/** Bytes 0 to 15 of every SQLite file (sqlite.org/fileformat2.html, 1.3); the application id stands at byte 68, big-endian. */
const MAGIC = 'SQLite format 3\u0000';
const HEADER = 100;

/** A file of anybody else is refused before SQLite touches it. */
function checkHeader(file: string): void {
  const header = Buffer.alloc(HEADER);
  let got: number;
  try {
    const fd = openSync(file, 'r');
    try {
      got = readSync(fd, header, 0, HEADER, 0);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && existsSync(dirname(file))) return;
    throw new UserError(
      `cannot open the case ${file}: ${code ?? 'unknown error'}`,
      'check the path and its permissions',
    );
  }
  if (got === 0) return;
  if (got < HEADER || header.toString('latin1', 0, 16) !== MAGIC) throw foreign(file, 'it is no database');
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw foreign(file, 'it is a database of another program');
}

function foreign(file: string, why: string): UserError {
  return new UserError(
    `${file} is no Faultline case: ${why}`,
    'name another file after --case; this one was not changed',
  );
}

/**
 * The mark comes first and alone, so that a run killed from here on leaves nothing that is taken for somebody else's.
 * Two runs may make the case at once: the second finds it made.
 */
function create(db: Database): void {
  db.pragma('page_size = 16384');
  db.pragma(`application_id = ${APPLICATION_ID}`);
  const make = db.transaction(() => {
    if (pragmaNumber(db, 'user_version') !== 0) return;
    db.exec(SCHEMA);
    db.pragma(`user_version = ${FORMAT}`);
  });
  make.immediate();
}

function checkFormat(db: Database, file: string): void {
  const format = pragmaNumber(db, 'user_version');
  if (format > FORMAT)
    throw new UserError(
      `the case ${file} was written by a newer faultline (format ${format}, this one knows ${FORMAT})`,
      'update faultline, or name another file after --case',
    );
  const ours = new Set(SCHEMA.match(/(?<=^CREATE (?:TABLE|INDEX) )\w+/gm));
  const objects = db.prepare('SELECT type, name FROM sqlite_master').all() as { type: string; name: string }[];
  const there = new Set(objects.map(({ name }) => name));
  if (format < FORMAT || [...ours].some((name) => !there.has(name)) || objects.some(({ type }) => type === 'trigger'))
    throw new UserError(
      `the case ${file} has not the tables of format ${FORMAT}`,
      'remove it, it is made again from the evidence; or name another file after --case',
    );
}

function pragmaNumber(db: Database, name: string): number {
  return Number(db.pragma(name, { simple: true }));
}
