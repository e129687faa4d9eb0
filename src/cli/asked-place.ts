import { resolve } from 'node:path';
import type { Input } from '../ingest/discover.js';
import { UserError } from '../model/user-error.js';
import { harmlessLine } from '../report/harmless.js';
import { nearest } from './nearest.js';

/** A record as reports name it: by its line, or by its id in an event log. */
export type AskedPlace = { readonly file: string } & (
  | { readonly line: number; readonly record: null }
  | { readonly line: null; readonly record: number }
);

/** `FILE:LINE`, `FILE:#RECORD` or, as search shows it, `FILE#RECORD`. A file's own name may hold colons. */
export function readPlace(text: string): AskedPlace {
  const [, file = '', mark = '', digits = ''] = /^(.+?)(:?#|:)(\d{1,15})$/s.exec(text) ?? [];
  const number = Number(digits);
  if (file === '' || (mark === ':' && number === 0))
    throw new UserError(
      `--explain "${text}" is neither FILE:LINE nor FILE:#RECORD`,
      'for example --explain guests/web01/var/log/syslog:812, or --explain hosts/HV01/System.evtx:#41234',
    );
  return mark === ':' ? { file, line: number, record: null } : { file, line: null, record: number };
}

/** Names of files told where none is meant. */
const NAMES = 5;

/** The file that is meant: by its path as reports show it, or by the path that leads to it from here. */
export function inputAt(inputs: readonly Input[], file: string): Input {
  const found =
    inputs.find(({ path }) => path === file) ??
    inputs.find(({ path }) => harmlessLine(path) === file) ??
    inputs.find((input) => input.kind === 'file' && resolve(input.file) === resolve(file));
  if (found === undefined) {
    const names = nearest(
      file,
      inputs.map(({ path }) => harmlessLine(path)),
      NAMES,
    );
    throw new UserError(
      `no file of the evidence is named ${harmlessLine(file)}`,
      `names are as the report shows them; near it are: ${names.join(', ')}`,
    );
  }
  if (found.kind === 'stdin' || found.kind === 'pipe')
    throw new UserError(
      `${found.path} can be read only once, and --explain reads the record again`,
      'put what it brings into a file and give that',
    );
  return found;
}
