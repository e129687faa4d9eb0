import { nightlyBackup } from './nightly-backup.js';
import { pathLoss } from './path-loss.js';
import { quietWeek } from './quiet-week.js';
import { saturatedSan } from './saturated-san.js';
import type { SampleOptions, Site } from './site.js';

export const SAMPLE_NAMES = ['nightly-backup', 'path-loss', 'quiet-week', 'saturated-san'] as const;
export type SampleName = (typeof SAMPLE_NAMES)[number];

const SCENARIOS: Readonly<Record<SampleName, (options: SampleOptions) => Site>> = {
  'nightly-backup': nightlyBackup,
  'path-loss': pathLoss,
  'quiet-week': quietWeek,
  'saturated-san': saturatedSan,
};

/** Files of one sample: relative path to bytes. The same options give the same bytes. */
export function generateSample(name: SampleName, options: SampleOptions): Map<string, Uint8Array> {
  const { files } = SCENARIOS[name](options);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
