/** What reading has come to. */
export interface Progressed {
  readonly path: string;
  readonly files: number;
  readonly ofFiles: number;
  readonly bytes: number;
  /** As they lie on disk: compressed evidence reads more. */
  readonly ofBytes: number;
}

interface Progress {
  readonly show: (now: Progressed) => void;
  readonly done: () => void;
}

/** Ten times a second is as often as anybody reads a number. */
const EVERY_MS = 100;

/** One line on a terminal that shows how far reading is; silent on pipes and with --quiet. */
export function progressOn(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet || !stream.isTTY) return { show: () => {}, done: () => {} };
  let shown = -EVERY_MS;
  return {
    show(now) {
      if (performance.now() - shown < EVERY_MS) return;
      shown = performance.now();
      const width = Math.max(20, (stream.columns || 80) - 1);
      stream.write(`\r\u001b[K${progressLine(now).slice(0, width)}`);
    },
    done: () => void stream.write('\r\u001b[K'),
  };
}

export function progressLine({ path, files, ofFiles, bytes, ofBytes }: Progressed): string {
  const share = bytes <= ofBytes ? `${size(bytes)} of ${size(ofBytes)}` : size(bytes);
  // The name comes from a file system that may hold anything.
  const name = path.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
  return `reading ${files}/${ofFiles} files, ${share}  ${name}`;
}

function size(bytes: number): string {
  const [unit, name] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  return `${(bytes / unit).toFixed(unit === 1e9 ? 2 : 0)} ${name}`;
}
