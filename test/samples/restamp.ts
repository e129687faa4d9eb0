import { gunzipSync, gzipSync } from 'node:zlib';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** The generated samples lie in one year. */
const YEAR = 2024;
const RFC3164 = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

const two = (n: number): string => String(n).padStart(2, '0');

/** The files with the stamps of the text logs below `folder` moved, as if that machine's clock had been wrong all along. */
export function restamped(files: Map<string, Uint8Array>, folder: string, seconds: number): Map<string, Uint8Array> {
  return new Map(
    [...files].map(([path, bytes]) => {
      if (!path.startsWith(folder) || /dmesg|\.json/.test(path)) return [path, bytes];
      const isPacked = path.endsWith('.gz');
      // Latin-1 keeps every byte as it is.
      const text = Buffer.from(isPacked ? gunzipSync(bytes) : bytes).toString('latin1');
      const moved = text
        .split('\n')
        .map((line) => movedLine(line, seconds))
        .join('\n');
      const out = Buffer.from(moved, 'latin1');
      return [path, isPacked ? gzipSync(out) : out];
    }),
  );
}

function movedLine(line: string, seconds: number): string {
  const old = RFC3164.exec(line);
  if (old !== null) {
    const [stamp, month = '', day, hour, minute, second] = old;
    const local = Date.UTC(YEAR, MONTHS.indexOf(month), Number(day), Number(hour), Number(minute), Number(second));
    const to = new Date(local + seconds * 1000);
    const date = `${MONTHS[to.getUTCMonth()]} ${String(to.getUTCDate()).padStart(2, ' ')}`;
    const time = `${two(to.getUTCHours())}:${two(to.getUTCMinutes())}:${two(to.getUTCSeconds())}`;
    return `${date} ${time}${line.slice(stamp.length)}`;
  }
  const iso = ISO.exec(line);
  if (iso === null) return line;
  const [stamp] = iso;
  const to = new Date(Date.parse(`${stamp}Z`) + seconds * 1000);
  return to.toISOString().slice(0, 19) + line.slice(stamp.length);
}
