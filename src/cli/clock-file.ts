import { readFileSync } from 'node:fs';
import { checkZone } from '../clock/zone.js';
import type { ClockOverride } from '../model/clock-override.js';
import type { ClocksReport, ReportStreamClock } from '../model/clocks-report.js';
import { SECOND } from '../model/time.js';
import { UserError } from '../model/user-error.js';
import { shown } from '../rule/node.js';
import { collectMistakes } from '../rule/report.js';
import { list, number, openSection, optional, type Reader, required, text } from '../rule/section.js';
import { readYaml } from '../rule/yaml-document.js';
import { withSource } from './load-rules.js';

const HEAD = `# What is known of each clock: true time = stamp - zone + skew (seconds), give or take the uncertainty (seconds).
# Change what you know better, delete what you do not want to fix, and give the file with --clocks.
# host and channel may be left out: then the entry is for the whole file. With several entries for one clock each holds
# from the true time in 'from' on.
clocks:
`;

/** The file that `--clocks` reads, from what was found out. Time since boot has no zone and follows another log: left out. */
export function clockFile(report: ClocksReport): string {
  const wall = report.clocks.filter(({ stamps, basis }) => stamps === 'wall' && basis !== 'none');
  const entries = wall.flatMap((clock) => clock.segments.map((segment, i) => entryOf(clock, segment, i === 0)));
  return HEAD + entries.join('');
}

function entryOf(clock: ReportStreamClock, segment: ReportStreamClock['segments'][number], isFirst: boolean): string {
  const zone = clock.zone === null ? 0 : zoneSeconds(segment.offsetSeconds);
  const skew = Number((segment.offsetSeconds + zone).toFixed(6));
  const fields = [
    ['path', quoted(clock.path)],
    ...(clock.host === null ? [] : [['host', quoted(clock.host)]]),
    ...(clock.channel === null ? [] : [['channel', quoted(clock.channel)]]),
    ...(isFirst || segment.from === null ? [] : [['from', quoted(segment.from)]]),
    ['zone', quoted(formatZone(zone))],
    ['skew', String(skew)],
    ['uncertainty', String(segment.uncertaintySeconds)],
  ];
  const lines = fields.map(([name, value], i) => `${i === 0 ? '  - ' : '    '}${name}: ${value}\n`);
  return `  # ${clock.basis}\n${lines.join('')}`;
}

/** Local less UTC to the quarter of an hour. */
function zoneSeconds(offsetSeconds: number): number {
  return Math.round(-offsetSeconds / 900) * 900;
}

function formatZone(zone: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.abs(zone) / 60;
  return `${zone < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** A JSON text is a YAML text in double quotes; what a path may hold beyond ASCII is escaped. */
function quoted(value: string): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Reads the file; every mistake in it at once. */
export function readClockFile(path: string): readonly ClockOverride[] {
  const mistakes = collectMistakes();
  const node = readYaml(path, contentOf(path), mistakes.report);
  const section = node === undefined ? undefined : openSection(node, 'the file', mistakes.report, ['clocks']);
  const entries = section === undefined ? undefined : required(section, 'clocks', list(entry, { min: 1 }));
  const errors = mistakes.sorted();
  if (errors.length === 0 && entries !== undefined) return entries;
  throw new UserError(
    `${errors.length} mistake(s) in ${path}:\n${errors.map(withSource).join('\n')}`,
    'mend them; faultline clocks PATH --write FILE makes such a file',
  );
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${(error as Error).message}`, 'name a file that --write made');
  }
}

const KEYS = ['path', 'host', 'channel', 'from', 'zone', 'skew', 'uncertainty'];

const entry: Reader<ClockOverride> = (node, what, report) => {
  const section = openSection(node, what, report, KEYS);
  if (section === undefined) return undefined;
  const path = required(section, 'path', text());
  const host = optional(section, 'host', text(), null);
  const channel = optional(section, 'channel', text(), null);
  const from = optional(section, 'from', moment, null);
  const zone = optional(section, 'zone', zoneName, 'UTC');
  const skew = optional(section, 'skew', number(), 0);
  const uncertainty = required(section, 'uncertainty', number({ min: 0 }));
  if (path === undefined || host === undefined || channel === undefined || from === undefined) return undefined;
  if (zone === undefined || skew === undefined || uncertainty === undefined) return undefined;
  return {
    ...{ path, host, channel, from, zone },
    skew: Math.round(skew * SECOND),
    uncertainty: Math.round(uncertainty * SECOND),
  };
};

const moment: Reader<number> = (node, what, report) => {
  const value = text()(node, what, report);
  if (value === undefined) return undefined;
  // 2024-03-03T02:14:07.123456Z
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?Z$/.exec(value);
  const seconds = match === null ? Number.NaN : Date.parse(`${match[1]}Z`) / 1000;
  if (Number.isFinite(seconds)) return Math.round((seconds + Number(match?.[2] ?? 0)) * SECOND);
  report(node.place, shown(node), `${what} is a time in UTC`, "write for example '2024-03-03T02:14:07Z'");
  return undefined;
};

const zoneName: Reader<string> = (node, what, report) => {
  const value = text()(node, what, report);
  if (value === undefined) return undefined;
  try {
    checkZone(value);
    return value;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report(node.place, shown(node), error.message, error.nextStep);
    return undefined;
  }
};
