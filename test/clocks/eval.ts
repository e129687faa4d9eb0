import { clockCase } from './case.js';
import { timeSolver } from './scale.js';
import { isConfident, isOutside, isWrong, isWrongBetween, type StreamScore, scoreCase } from './score.js';
import { showCase } from './show.js';
import { tablesOf } from './table.js';

/** Seeds of the published table; those below are for development. */
export const PUBLISHED = 1_000_000;

export function scoresOf(seed: number, cases: number, progress: (done: number) => void): readonly StreamScore[] {
  return Array.from({ length: cases }, (_, i) => {
    progress(i);
    return scoreCase(clockCase(seed + i));
  }).flat();
}

export { clockCase, showCase, tablesOf, timeSolver };

/** Streams that are wrong and confident, one a line. */
export function listWrong(scores: readonly StreamScore[]): string {
  return scores
    .filter((score) => isConfident(score) && (isWrong(score) || isWrongBetween(score)))
    .map((s) => {
      const outside = s.places.filter(isOutside);
      const worst = outside.reduce((most, { error }) => Math.max(most, error), 0);
      const bar = Math.max(...outside.map(({ uncertainty }) => uncertainty));
      const facts = [
        s.basis,
        s.proof,
        s.zoneRight ? 'zone right' : s.zoneAmong ? 'zone open' : 'zone wrong',
        s.path,
        `by ${s.peer}${isWrong({ places: s.besidePeer }) ? '' : ' (which is wrong)'}`,
        `${s.independent}+${s.nightly}`,
        s.skew,
        s.zone,
        s.year,
        isWrongBetween(s) ? s.motion : `${s.motion}, beyond its events`,
        s.reference ?? 'true time',
      ];
      return `${s.seed} ${facts.join('; ')}; ${outside.length} of ${s.places.length} by up to ${worst.toFixed(1)} s (+- ${bar.toFixed(1)})\n`;
    })
    .join('');
}
