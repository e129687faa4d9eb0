import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Input } from '../ingest/discover.js';
import { openInput } from '../ingest/open.js';
import type { ByteInput } from '../parser/parser.js';

export interface Reopened {
  readonly bytes: ByteInput;
  close(): void;
}

/** A source that was searched, to show parts of it: unlike a first reading it hashes nothing. */
export async function reopen(input: Input): Promise<Reopened> {
  if (input.kind !== 'file') return openInput(input);
  const fd = openSync(input.file, 'r');
  const magic = new Uint8Array(2);
  readSync(fd, magic, 0, 2, 0);
  if (magic[0] === 0x1f && magic[1] === 0x8b) {
    closeSync(fd);
    return openInput(input);
  }
  const { size } = statSync(input.file);
  let buffer = Buffer.alloc(0);
  return {
    bytes: {
      size,
      read(offset, length) {
        if (buffer.length < length) buffer = Buffer.alloc(length);
        let got = 0;
        while (got < length) {
          const n = readSync(fd, buffer, got, length - got, offset + got);
          if (n === 0) break;
          got += n;
        }
        return buffer.subarray(0, got);
      },
    },
    close: () => closeSync(fd),
  };
}
