import type { Timed } from '../model/detection.js';
import type { Incident } from '../model/incident.js';
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../model/time.js';
import type { Archive } from './archives.js';

/** Incidents named in one sentence. */
const NAMED = 4;
/** 100 MB: some weeks of an Admin channel, days of a busy System log. */
const LOG_BYTES = 104_857_600;

/** RFC 3339 in UTC to the second, rounded down. */
export function moment(micros: Micros): string {
  const ms = Math.floor(micros / SECOND) * 1000;
  // Times beyond what Date can write come from broken stamps.
  return Math.abs(ms) > 8.64e15 ? 'an impossible time' : new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** `24 h`, `30 min`, `90 s`. */
export function stretch(micros: Micros): string {
  if (micros % DAY === 0 && micros > DAY) return `${micros / DAY} d`;
  if (micros % HOUR === 0) return `${micros / HOUR} h`;
  return micros % MINUTE === 0 ? `${micros / MINUTE} min` : `${Math.round(micros / SECOND)} s`;
}

/** `2 of 6 incidents (i1, i4)`; of how many is left out where `all` is 0. */
export function manyIncidents(some: readonly { readonly incident: Incident }[], all: number): string {
  const ids = some.slice(0, NAMED).map(({ incident }) => incident.id);
  const more = some.length > NAMED ? `, and ${some.length - NAMED} more` : '';
  if (some.length === 1 && all <= 1) return `incident ${ids[0]}`;
  const count = all === 0 ? `${some.length}` : `${some.length} of ${all}`;
  return `${count} incident${all === 1 || (all === 0 && some.length === 1) ? '' : 's'} (${ids.join(', ')}${more})`;
}

/** The file that begins it, and how many belong to it. */
export function archiveName({ logs }: Archive): string {
  const paths = new Set(logs.map(({ source }) => source.path));
  const first = logs[0].source.path;
  return paths.size === 1 ? first : `${first} (first of ${paths.size} files)`;
}

/** Why it does not reach farther, and what to do about it. */
export function advice({ kind, logs }: Archive): string {
  const first = logs[0].stream;
  if (kind === 'metrics') return 'let the counters be collected all the time';
  if (kind === 'backup') return 'get the older logs of the jobs';
  if (kind === 'text') return 'look for older files on the machine, rotated or compressed, or in its journal';
  const id = first.firstRecordId ?? 0;
  const raise = `wevtutil sl "${first.channel ?? ''}" /ms:${LOG_BYTES}`;
  return `what came before was overwritten or left out, its first record id is ${grouped(id)}; raise the log's size (${raise})`;
}

/** `journal on sda1-8 aborted, guests/web01/var/log/syslog:12` */
export function named({ statement, source, origins }: Timed, paths: ReadonlyMap<string, string>): string {
  const origin = origins[0];
  const id = origin?.source ?? source;
  const path = paths.get(id) ?? id;
  const { line = null, record = null } = origin?.at ?? {};
  if (record !== null) return `${statement}, ${path} record ${record}`;
  return `${statement}, ${path}${line === null ? '' : `:${line}`}`;
}

/** `18,233` */
function grouped(value: number): string {
  return `${value}`.replace(/\B(?=(\d{3})+$)/g, ',');
}
