import { createHash } from 'node:crypto';
import type { Detection } from '../model/detection.js';
import type { InputReading } from '../model/reading.js';
import { DamagedCase } from './damaged.js';
import type { CaseFile } from './open.js';
import { createPacker } from './pack.js';
import { unpack } from './unpack.js';

/** A part is opened at once, in memory; 8 MiB hold about 15,000 detections. */
const PART_BYTES = 8 << 20;

/** Keeps what came of one source (with the empty source id): first all but its detections, then those. */
export function saveReading({ db }: CaseFile, source: number, reading: InputReading): void {
  const insert = db.prepare('INSERT INTO reading (source, part, sha256, packed) VALUES (?, ?, ?, ?)');
  let part = 0;
  const save = (packed: Buffer): void => void insert.run(source, part++, sha256(packed), packed);
  const packer = createPacker();
  if (!('source' in reading)) {
    packer.add(reading);
    save(packer.take());
    return;
  }
  packer.add({ ...reading, detections: [] });
  for (const detection of reading.detections) {
    if (packer.size >= PART_BYTES) save(packer.take());
    packer.add(detection);
  }
  save(packer.take());
}

/** The reading with the empty source id; the caller owns it. */
export function loadReading({ db }: CaseFile, source: number, path: string): InputReading {
  const rows = db.prepare('SELECT sha256, packed FROM reading WHERE source = ? ORDER BY part').iterate(source);
  let reading: InputReading | null = null;
  const detections: Detection[] = [];
  for (const row of rows as Iterable<{ sha256: Buffer; packed: Buffer }>) {
    if (!sha256(row.packed).equals(row.sha256)) throw new DamagedCase(`the reading of ${path} was altered`);
    const values = unpack(row.packed);
    let first = 0;
    if (reading === null) {
      reading = checkedReading(values[0], path);
      first = 1;
    }
    for (let i = first; i < values.length; i++) detections.push(values[i] as Detection);
  }
  if (reading === null) throw new DamagedCase(`the reading of ${path} is missing`);
  return 'source' in reading ? { ...reading, detections } : reading;
}

/** SQLite does not check its pages; the program must never show what a failing disk made of evidence. */
function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** The sums say that it is as it was written; this says that it is of this source. */
function checkedReading(value: unknown, path: string): InputReading {
  const reading = value as InputReading | null | undefined;
  const own = reading != null && 'source' in reading ? reading.source : reading?.unrecognised;
  if (own?.path !== path) throw new DamagedCase(`the reading of ${path} is of something else`);
  return reading as InputReading;
}
