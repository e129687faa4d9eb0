/** Where everything lies in memory. The caller (`wasm-scanner.ts`) writes the tables; the rest is this module's own. */

/** Four tables of 16 bytes. */
export const TABLES: usize = 1024;
/** 1 when there are literals of three bytes. */
export const HAS_SHORT: usize = 1088;
/** 256 bytes: A-Z lowered. */
export const FOLD: usize = 1536;
/** 256 bytes: 1 where the byte may stand in a host name. */
export const HOST: usize = 1792;
/** 65,536 bits: fingerprints by hash. */
export const FILTER: usize = 2048;
/** 4,096 addresses of the first entry of a hash; 0 is none. */
export const HEADS: usize = 10240;

/** Hosts told apart in one section; lines of any further host are odd, so they cost time and nothing else. */
export const STREAM_COUNT: u32 = 2048;
/** Open addressing, at most half full: addresses of streams. */
export const SLOTS: usize = 26624;
export const SLOT_COUNT: u32 = 4096;
export const STREAMS: usize = SLOTS + <usize>SLOT_COUNT * 4;
export const STREAM_BYTES: usize = 320;
/** Addresses of the streams that have an open run. */
export const DIRTY: usize = STREAMS + <usize>STREAM_COUNT * STREAM_BYTES;

// Results, all in doubles. Twice as many runs fit as streams, because one odd line ends the run of every stream.
/** First record, end, line, flags, stream. */
export const SPAN_BYTES: usize = 40;
export const SPAN_COUNT: u32 = 4096;
/** Stream, kind, offset of the first record, first and last time, records. */
export const RUN_BYTES: usize = 48;
/** Stream, flags, then offset, line, uptime and wall time of four lines: first, last, highest, least delayed. */
export const KERNEL_BYTES: usize = 144;
/** Offset and line of the first line start, first and last time. */
export const BLOCK_BYTES: usize = 32;
export const BLOCK_COUNT: u32 = 1024;

export const SPANS: usize = DIRTY + <usize>STREAM_COUNT * 4;
export const RUNS: usize = SPANS + <usize>SPAN_COUNT * SPAN_BYTES;
export const KERNELS: usize = RUNS + 2 * <usize>STREAM_COUNT * RUN_BYTES;
export const BLOCKS: usize = KERNELS + 2 * <usize>STREAM_COUNT * KERNEL_BYTES;
/** From here on the caller places entries, literals and the chunk. */
export const FREE: usize = BLOCKS + <usize>BLOCK_COUNT * BLOCK_BYTES;
