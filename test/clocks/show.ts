import { DAY, type Micros, SECOND } from '../../src/model/time.js';
import type { ClockCase } from './case.js';
import type { StreamTruth } from './log.js';
import { alignCase, isConfident, isOutside, isWrong, type StreamScore, scoreCase } from './score.js';
import { offsetText } from './zones.js';

const iso = (utc: Micros): string => new Date(utc / 1000).toISOString().slice(0, 19);
const inSeconds = (micros: Micros): string => `${(micros / SECOND).toFixed(2)} s`;

/** One case in words: what is true of each stream, and what was answered. */
export function showCase(one: ClockCase): string {
  const clocks = alignCase(one.evidence);
  const scores = new Map(scoreCase(one, clocks).map((score) => [score.key, score]));
  const { window, zone } = one.site;
  const lines = [`seed ${one.seed}: ${iso(window.from)} to ${iso(window.to)}, ${zone.name}`];
  for (const truth of one.truths) {
    const clock = clocks.streams.get(truth.key);
    lines.push('', ...truthLines(truth, window.from), ...scoreLines(scores.get(truth.key)));
    lines.push(
      `  answer: ${clock?.basis} year ${clock?.year ?? '-'}; ${clock?.issues.map((i) => `${i.code}: ${i.note}`).join('; ')}`,
    );
    for (const { from, to, offset, uncertainty } of clock?.segments.slice(0, 6) ?? [])
      lines.push(
        `    ${from === null ? '...' : iso(from)} to ${to === null ? '...' : iso(to)}: ${inSeconds(offset)} +- ${inSeconds(uncertainty)}`,
      );
    if ((clock?.segments.length ?? 0) > 6) lines.push(`    and ${(clock?.segments.length ?? 0) - 6} more`);
    for (const { kind, peer, residualSeconds } of clock?.proofs.slice(0, 4) ?? [])
      lines.push(`    proof: ${kind} with ${peer} ${residualSeconds ?? ''}`);
  }
  return `${lines.join('\n')}\n`;
}

function truthLines(
  { key, path, machine, format, records, offsets, turned, events }: StreamTruth,
  from: Micros,
): string[] {
  const first = records[0]?.utc ?? 0;
  const last = records.at(-1)?.utc ?? 0;
  const steps = machine.steps.map(({ at, by }) => `day ${((at - from) / DAY).toFixed(2)} by ${inSeconds(by)}`);
  const odd = [...events.keys()].filter((event) => event.startsWith('odd|')).length;
  return [
    `${key} ${path} (${format.yearless ? 'yearless ' : ''}${format.stamps}), ${records.length} records`,
    `  truth: ${machine.name} ${machine.zone.name} ${offsets.map(offsetText).join(' ')}${turned ? ', year turns' : ''}, ${machine.skew}: ` +
      `${inSeconds(machine.error(first))} at day ${((first - from) / DAY).toFixed(1)} to ${inSeconds(machine.error(last))} at day ${((last - from) / DAY).toFixed(1)}` +
      `${steps.length > 0 ? `, steps ${steps.join(', ')}` : ''}; ${odd} odd and ${events.size - odd} nightly events`,
  ];
}

function scoreLines(score: StreamScore | undefined): string[] {
  if (score === undefined) return ['  the reference'];
  const outside = score.places.filter(isOutside);
  const worst = outside.reduce((most, { error }) => Math.max(most, error), 0);
  const verdict = isWrong(score) ? (isConfident(score) ? 'WRONG AND CONFIDENT' : 'wrong') : 'right';
  return [
    `  ${verdict} against ${score.reference ?? 'true time'}: ${score.independent} independent anchors, ${score.nightly} nightly; ` +
      `${outside.length} of ${score.places.length} places outside, by up to ${worst.toFixed(2)} s; ` +
      `zone ${score.zoneIdentifiable ? 'identifiable' : 'open'}, ${score.zoneRight ? 'right' : score.zoneAmong ? 'among those given' : 'WRONG'}`,
  ];
}
