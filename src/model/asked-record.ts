import type { Position } from './record.js';
import type { WrittenTime } from './time.js';

/** One record that somebody asks about, as it stands in its source. */
export interface AskedRecord {
  readonly path: string;
  readonly host: string | null;
  /** Windows channel, or for samples the kind of counter. */
  readonly channel: string | null;
  readonly boot: string | null;
  readonly time: WrittenTime;
  readonly at: Position;
  readonly text: string;
}
