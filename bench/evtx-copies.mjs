import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The file header is 128 bytes in a block of 4096; the rest is unused and under no checksum. A number there makes the
 * copies different files, so that nothing could answer for one from having read another.
 */
const UNUSED_HEADER_BYTES = 4000;

/** Paths of all EVTX below a folder, sorted. */
export function findEvtx(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.evtx$/i.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Folders 00 (the originals) to 20 below `folder`; the files of `00` and of all. */
export function copyEvtx(sources, folder, copies) {
  const all = [];
  for (let copy = 0; copy <= copies; copy++) {
    const into = join(folder, String(copy).padStart(2, '0'));
    mkdirSync(into, { recursive: true });
    for (const [i, source] of sources.entries()) {
      const file = join(into, `${String(i).padStart(2, '0')}-${basename(source)}`);
      if (!existsSync(file)) numberedCopy(source, file, copy);
      all.push(file);
    }
  }
  return { originals: all.slice(0, sources.length), all };
}

function numberedCopy(source, file, copy) {
  copyFileSync(source, file);
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.from([copy]), 0, 1, UNUSED_HEADER_BYTES);
  closeSync(fd);
}
