import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Input } from './discover.js';
import { isGzip } from './packing.js';

/** Not there on Windows, where it is not needed. */
const NO_WAIT = constants.O_NONBLOCK ?? 0;

/** Another thread gets a Buffer as a Uint8Array. */
export function pathOf({ file, rawFile }: Extract<Input, { kind: 'file' }>): string | Buffer {
  return rawFile === undefined ? file : Buffer.from(rawFile);
}

/**
 * Opens a file that is one. Opening a FIFO would wait for a writer that may never come, and opening a device may do
 * something; the second look is for what took the file's place since the first.
 */
export function openRegular(file: string | Buffer): number {
  refuseOthers(statSync(file).isFile());
  const fd = openSync(file, constants.O_RDONLY | NO_WAIT);
  try {
    refuseOthers(fstatSync(fd).isFile());
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function refuseOthers(isFile: boolean): void {
  if (!isFile) throw Object.assign(new Error('not a regular file'), { code: 'not a regular file' });
}

/** Without waiting for a writer. */
export function openPipe(file: string | Buffer): number {
  return openSync(file, constants.O_RDONLY | NO_WAIT);
}

/** Whether a file of this size begins like a .gz. Some files of the kernel (/proc/kmsg) are of size 0 and wait when read. */
export function beginsLikeGzip(fd: number, size: number): boolean {
  const magic = Buffer.alloc(2);
  return size >= 2 && readSync(fd, magic, 0, 2, 0) === 2 && isGzip(magic);
}

/** At most `size` bytes; less when the file was cut meanwhile. */
export function readWhole(fd: number, size: number): Buffer {
  const content = Buffer.alloc(size);
  let got = 0;
  for (let n = 1; n > 0 && got < size; got += n) n = readSync(fd, content, got, size - got, got);
  return content.subarray(0, got);
}
