import { createHash } from 'node:crypto';
import type { GivenFacts, Trouble } from './opened.js';
import { isGzip } from './packing.js';
import { type BlockWriter, SpoolStop } from './spool-blocks.js';
import { chunksOf, type Given } from './spool-given.js';
import { INFLATED, openInflater } from './spool-gunzip.js';
import { salvage } from './spool-salvage.js';

interface Taker {
  push(bytes: Buffer): Promise<void>;
  finish(): Promise<void>;
  readonly damage: () => Trouble | null;
}

/** A pipe is not read twice to save what zlib drops when it fails: the smaller the pieces, the less that is. */
const INFLATED_OF_PIPE = 1 << 16;

/**
 * Reads a stream to its end, hashes it as given and writes it, decompressed, to the spool. When it cannot be written or
 * decompressed any more, the rest is still hashed: the hash is of the whole source.
 */
export async function feedSpool(given: Given, writer: BlockWriter): Promise<GivenFacts> {
  const hash = createHash('sha256');
  let givenBytes = 0;
  let broken: Trouble | null = null;
  let taker: Taker | null = null;
  const attempt = stopping();
  let pushed: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of withMagic(chunksOf(given))) {
      hash.update(chunk);
      givenBytes += chunk.length;
      // The chunk before is decompressed while this one is read and hashed.
      await pushed;
      if (attempt.stop()?.why === 'nobody') break;
      const into: Taker = taker ?? takerFor(given, chunk, writer);
      taker = into;
      pushed = attempt.run(() => into.push(chunk));
    }
  } catch (error) {
    if (givenBytes === 0) throw error;
    broken = brokenOff(error, writer.written());
  }
  await pushed;
  await attempt.run(async () => taker?.finish());
  await attempt.run(async () => writer.flush());
  const troubles = [broken, taker?.damage() ?? null, noRoom(attempt.stop(), writer.written())].filter(
    (t) => t !== null,
  );
  return { sha256: hash.digest('hex'), givenBytes, troubles };
}

/** Runs steps until one finds that nothing more can be written. */
function stopping(): { run(step: () => Promise<void>): Promise<void>; stop(): SpoolStop | null } {
  let stop: SpoolStop | null = null;
  return {
    async run(step) {
      try {
        if (stop === null) await step();
      } catch (error) {
        if (!(error instanceof SpoolStop)) throw error;
        stop = error;
      }
    },
    stop: () => stop,
  };
}

function takerFor(given: Given, head: Buffer, writer: BlockWriter): Taker {
  const write = (bytes: Buffer): void => writer.write(bytes);
  if (!isGzip(head)) return { push: async (bytes) => write(bytes), finish: async () => {}, damage: () => null };
  if (given.kind === 'pipe') return openInflater(write, INFLATED_OF_PIPE);
  const inflater = openInflater(write, INFLATED);
  return {
    ...inflater,
    async finish() {
      await inflater.finish();
      if (inflater.damage()?.code === 'gzip-damaged')
        await salvage(given, inflater.failedAt(), writer.written(), write);
    },
    damage() {
      const damage = inflater.damage();
      return damage === null ? null : { ...damage, byteOffset: writer.written() };
    },
  };
}

/** The first chunk is made long enough to tell what it is: a pipe may give one byte at a time. */
async function* withMagic(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < 2) continue;
    yield head;
    head = null;
  }
  if (head !== null && head.length > 0) yield head;
}

function brokenOff(error: unknown, byteOffset: number): Trouble {
  const { code, message } = error as NodeJS.ErrnoException;
  return {
    code: 'read-error',
    severity: 'data-loss',
    note: `reading stopped (${code ?? message}): read up to here`,
    byteOffset,
  };
}

function noRoom(stop: SpoolStop | null, byteOffset: number): Trouble | null {
  if (stop === null || stop.why === 'nobody') return null;
  const where = stop.why === 'disk' ? 'the folder for temporary files is full' : 'the source outgrew --cache-limit';
  return {
    code: 'spool-full',
    severity: 'data-loss',
    note: `${where}: read up to here; make room there, or name another folder in TMPDIR`,
    byteOffset,
  };
}
