import type { IssueSeverity } from '../model/source.js';
import type { ByteInput } from '../parser/parser.js';
import type { SharedFile } from './sections-ahead.js';

/** Trouble with a source as a whole, known once it was read. */
export interface Trouble {
  readonly code: string;
  readonly severity: IssueSeverity;
  readonly note: string;
  /** In the decompressed source; null when it has no place. */
  readonly byteOffset: number | null;
}

/** What a source was, as it was given (a .gz: compressed). Size and hash are of the same bytes. */
export interface GivenFacts {
  readonly sha256: string;
  readonly givenBytes: number;
  readonly troubles: readonly Trouble[];
}

/** One opened source: bytes at random access, whatever it came from. */
export interface Opened {
  /** Of a stream (compressed, piped) `size` waits for the end. */
  readonly bytes: ByteInput;
  /**
   * The same for readers that go forward and end on an empty read: of a stream of 8 MiB and more `size` is Infinity
   * until a read has come to the end, so that reading and decompressing run side by side. Far behind the furthest
   * byte read (96 MiB) a stream that outgrew --cache-limit reads as empty, and is reported.
   */
  readonly forward: ByteInput;
  /** A plain file, which other threads may read as well. */
  readonly shared: SharedFile | null;
  /** Reads what is left; nothing can be read of a stream that outgrew its limit afterwards. */
  finish(): Promise<GivenFacts>;
  close(): void;
}
