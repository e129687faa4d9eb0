import type { ClocksReport, ReportStreamClock, ReportZone } from '../model/clocks-report.js';
import { gapLines } from './gaps-text.js';
import { harmlessLine } from './harmless.js';
import type { Palette } from './text.js';

/** Anchors shown; JSON has all that are kept. */
const PROOFS_SHOWN = 4;

/** The clocks for a terminal, source by source. */
export function clocksToText(report: ClocksReport, palette: Palette): string {
  const counts = new Map<string, number>();
  for (const { basis } of report.clocks) counts.set(basis, (counts.get(basis) ?? 0) + 1);
  const summary = [...counts].map(([basis, count]) => `${count} ${basis}`).join(', ');
  const lines = [`faultline ${report.tool.version}: ${report.clocks.length} clocks: ${summary}`, ''];
  for (const clock of report.clocks) lines.push(...clockLines(clock, palette), '');
  return lines.join('\n');
}

function clockLines(clock: ReportStreamClock, palette: Palette): readonly string[] {
  const who = [clock.host, clock.channel].filter((part) => part !== null).map((part) => harmlessLine(part));
  const lines = [`${palette.strong(harmlessLine(clock.path))}  ${who.join('  ')}`];
  const colour = clock.basis === 'assumed' || clock.basis === 'none' ? palette.bad : palette.good;
  lines.push(
    `    ${colour(clock.basis.padEnd(9))}${zoneText(clock)}${clock.year === null ? '' : `, from ${clock.year}`}`,
  );
  if (clock.from !== null)
    lines.push(`    covers   ${clock.from} to ${clock.to ?? 'unknown'}, ${clock.records} records`);
  lines.push(...gapLines(clock, palette));
  lines.push(...offsetLines(clock));
  for (const { kind, peer, residualSeconds } of clock.proofs.slice(0, PROOFS_SHOWN)) {
    const residual = residualSeconds === null ? '' : `, ${signed(residualSeconds)} s beside the line`;
    lines.push(`    proof    ${harmlessLine(kind)}${peer === null ? '' : ` in ${harmlessLine(peer)}`}${residual}`);
  }
  if (clock.proofs.length > PROOFS_SHOWN) lines.push(`             and ${clock.proofs.length - PROOFS_SHOWN} more`);
  if (clock.measured !== null) {
    const { events, from, to } = clock.measured;
    lines.push(`    measured by ${events} event${events === 1 ? '' : 's'} from ${from} to ${to}`);
  }
  for (const { code, severity, note } of clock.issues) {
    const paint = severity === 'info' ? palette.dim : palette.warn;
    lines.push(`    ${paint(`${severity === 'info' ? 'note    ' : 'trouble '} ${code}: ${harmlessLine(note)}`)}`);
  }
  for (const { what, settledBy } of clock.open) {
    lines.push(`    ${palette.warn('unknown ')} ${what}`, `             settled by ${harmlessLine(settledBy)}`);
  }
  return lines;
}

function zoneText({ zone, possibleZones, statedZone, basis }: ReportStreamClock): string {
  if (zone === null && possibleZones.length > 0) return `one of ${possibleZones.map(namedZone).join('; ')}`;
  if (zone === null) return basis === 'none' ? 'no time' : 'zone unknown';
  return `${namedZone(zone)}${statedZone === null ? '' : ` stated as ${harmlessLine(statedZone)}`}`;
}

function namedZone({ offsets, names }: ReportZone): string {
  return `UTC${offsets.join(' then UTC')}${names.length > 0 ? ` (${names.join(', ')})` : ''}`;
}

/** A clock that drifts has many segments: first, last and how many. */
function offsetLines({ segments }: ReportStreamClock): readonly string[] {
  const line = (segment: ReportStreamClock['segments'][number]): string =>
    `    offset   ${signed(segment.offsetSeconds)} s ± ${segment.uncertaintySeconds} s${segment.from === null ? '' : ` from ${segment.from}`}`;
  if (segments.length <= 3) return segments.map(line);
  const [first] = segments;
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return [];
  return [line(first), `             in ${segments.length} parts to`, line(last)];
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value}`;
}
