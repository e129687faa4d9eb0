import type { ErrorPart } from '../model/clock.js';
import type { ExplainedProof, ExplainedRecord, ExplainedZone } from '../model/clocks-report.js';
import { harmlessLine } from './harmless.js';
import type { Palette } from './text.js';

/** Proofs shown; JSON has all that are kept. */
const PROOFS_SHOWN = 4;

/** How the true time of one record came about, step by step, for a terminal. */
export function explainedToText(explained: ExplainedRecord, palette: Palette): string {
  const { path, host, channel, text, issues } = explained;
  const who = [host, channel].filter((part) => part !== null).map((part) => harmlessLine(part));
  const lines = [
    `${palette.strong(`${harmlessLine(path)}${placeOf(explained)}`)}  ${who.join('  ')}`,
    ...step('record', [text]),
    ...step('stamp', stampLines(explained)),
    ...step('year', yearLines(explained)),
    ...step('zone', zoneLines(explained)),
    ...step('clock', clockLines(explained)),
    ...step('boot', bootLines(explained)),
    ...resultLines(explained, palette),
    ...step(
      'known',
      issues.map(({ code, note }) => `${code}: ${harmlessLine(note)}`),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function placeOf({ line, record }: ExplainedRecord): string {
  return line === null ? `#${record ?? ''}` : `:${line}`;
}

/** What came of one step; nothing where the record did not need it. */
function step(name: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => `    ${(i === 0 ? name : '').padEnd(9)} ${line}`);
}

function stampLines({ stamp }: ExplainedRecord): readonly string[] {
  const { written, isSinceBoot, statedOffset, resolutionSeconds } = stamp;
  const zone = statedOffset === null ? 'states no zone' : `states UTC${statedOffset}`;
  return [
    `${written}, ${isSinceBoot ? 'since boot' : zone}`,
    `its last digit is worth ${plainSeconds(resolutionSeconds)} s`,
  ];
}

function yearLines({ year, stamp }: ExplainedRecord): readonly string[] {
  if (year === null) return [];
  const turned = year.turns === 0 ? [] : [`the year turned ${times(year.turns)} in the log before this place`];
  const issue = year.issue === null ? [] : [`${year.issue.code}: ${harmlessLine(year.issue.note)}`];
  return [`${year.year}: written ${stamp.dated ?? 'unknown'}`, ...turned, ...issue];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function zoneLines({ zone, stamp, added }: ExplainedRecord): readonly string[] {
  if (zone === null) return [];
  const lines = [`${zoneOffset(zone)}: ${signed(secondsOf(added, 'zone'))} s`];
  if (zone.isByStamp) lines.push('stated by the stamp, or by its format for every stamp');
  else if (stamp.statedOffset !== null && stamp.statedOffset !== zone.offset)
    lines.push(`the stamp states UTC${stamp.statedOffset}, which was not taken`);
  for (const proof of zone.proofs.slice(0, PROOFS_SHOWN)) lines.push(proofLine(proof, zone.stated));
  if (zone.proofs.length > PROOFS_SHOWN) lines.push(`and ${zone.proofs.length - PROOFS_SHOWN} more`);
  if (zone.note !== null) lines.push(harmlessLine(zone.note));
  return [...lines, ...twiceLines(zone)];
}

function zoneOffset({ offset, possible }: ExplainedZone): string {
  const named = possible.map(
    ({ offset: one, names }) => `UTC${one}${names.length > 0 ? ` (${names.join(', ')})` : ''}`,
  );
  if (named.length === 0) return `local time taken to be UTC${offset}`;
  if (named.length === 1) return `local time is ${named[0]}`;
  return `local time is one of ${named.join('; ')}; the middle was taken, UTC${offset}`;
}

/** Kinds of proofs whose name says too little. */
const PROOFS: Readonly<Record<string, string>> = {
  stamp: 'stated by the stamps of this log',
  format: 'stated by the format, once for all its stamps',
  override: 'given by a person',
  'summer-time': 'shown by the hour that is missing or comes twice in this log',
  'site-zone': 'stated by another machine of the site',
  'same-host': 'stated by another log of the machine',
  'same-record': 'by a record that the other log holds too',
  'only-boot': 'by the only boot that the other log shows',
};

function proofLine({ kind, peer, residualSeconds }: ExplainedProof, stated: string | null): string {
  const what = PROOFS[kind] ?? `by ${harmlessLine(kind)}`;
  const as = stated === null ? '' : ` as ${harmlessLine(stated)}`;
  const where = peer === null ? '' : ` in ${harmlessLine(peer)}`;
  return `${what}${as}${where}${residualSeconds === null ? '' : `, ${signed(residualSeconds)} s beside it`}`;
}

function twiceLines({ twice }: ExplainedZone): readonly string[] {
  if (twice === null) return [];
  const { from, to, pass, againFromByte } = twice;
  const hour = `the hour from ${from} to ${to} comes twice`;
  if (pass === null) return [`${hour}, and nothing tells which of the two this is`];
  const told = againFromByte === null ? '' : `: the log begins it again at byte ${againFromByte}`;
  return [`${hour}; this is the ${pass === 1 ? 'first' : 'second'}${told}`];
}

function clockLines({ clock, added }: ExplainedRecord): readonly string[] {
  if (clock === null) return [];
  const sum = secondsOf(added, 'clock');
  const { measured } = clock;
  if (measured === null)
    return [sum === 0 ? 'nothing measured it, nothing was added' : `${signed(sum)} s, as a person gave it (--clocks)`];
  const by = `${measured.events} events beside ${harmlessLine(measured.against)}`;
  const nearest = measured.nearest.map(
    ({ kind, awaySeconds, residualSeconds }) =>
      `nearest: ${harmlessLine(kind)} ${span(awaySeconds)}, ${signed(residualSeconds)} s beside the line through all`,
  );
  return [sum === 0 ? `${by} agree, nothing was added` : `${signed(sum)} s, measured by ${by}`, ...nearest];
}

function span(seconds: number): string {
  return `${plainSeconds(Math.abs(seconds))} s ${seconds < 0 ? 'before' : 'after'} it`;
}

function bootLines({ boot, added }: ExplainedRecord): readonly string[] {
  if (boot === null) return [];
  const what = PROOFS[boot.kind] ?? `by ${harmlessLine(boot.kind)}`;
  return [
    `the kernel started at ${boot.zero}: ${signed(secondsOf(added, 'boot'))} s since 1970`,
    `${what} in ${harmlessLine(boot.path)}`,
  ];
}

const ERRORS: Readonly<Record<ErrorPart, string>> = {
  resolution: 'the last digit of the stamp',
  zones: 'several zones are possible',
  agreement: 'clocks that nothing measured are taken to agree within this',
  delay: 'lines that prove the zone may lie so far beside the absolute time they state',
  'no-zone': 'nothing tells the zone',
  measured: 'what the events leave open',
  given: 'as a person gave it',
  doubt: 'clocks like this one are so far off',
  boot: 'the start of the kernel, and what its clock may drift since',
};

function resultLines({ result, stamp, added, boot }: ExplainedRecord, palette: Palette): readonly string[] {
  if (result === null)
    return step('time', [palette.warn('unknown: nothing ties this clock to any other; the record stays undated')]);
  const { utc, uncertaintySeconds, madeOf, basis, clockId, local } = result;
  const sum = added
    .filter(({ seconds }) => seconds !== 0)
    .map(({ seconds }) => `${seconds < 0 ? '-' : '+'} ${plainSeconds(Math.abs(seconds))} s`);
  const from = boot === null ? (stamp.dated ?? '') : `${boot.zero} + ${stamp.written}`;
  return [
    ...step('time', [
      palette.good(`${utc} ± ${plainSeconds(uncertaintySeconds)} s`),
      ['=', from, ...(boot === null ? sum : [])].join(' '),
    ]),
    ...step(
      'error',
      madeOf.map(({ of, seconds }) => `${plainSeconds(seconds)} s: ${ERRORS[of]}`),
    ),
    ...step('basis', [`${basis}, clock ${harmlessLine(clockId)}`]),
    ...step('local', local === null ? [] : [`${local} on a right clock of that zone; the log has ${stamp.written}`]),
  ];
}

function secondsOf(added: ExplainedRecord['added'], of: ExplainedRecord['added'][number]['of']): number {
  return added.find((one) => one.of === of)?.seconds ?? 0;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${plainSeconds(Math.abs(value))}`;
}

/** Without an exponent: 0.000001, not 1e-6. */
function plainSeconds(value: number): string {
  return value.toFixed(6).replace(/\.?0+$/, '');
}
