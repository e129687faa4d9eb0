import type { EvidenceProgress } from '../read-evidence.js';

interface Progress {
  readonly step: EvidenceProgress;
  done(): void;
}

/** One line on a terminal that shows which file is being read; silent on pipes and with --quiet. */
export function progressOn(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet || !stream.isTTY) return { step: () => {}, done: () => {} };
  return {
    step(path, index, total) {
      const width = Math.max(20, (stream.columns ?? 80) - 1);
      // The name comes from a file system that may hold anything.
      const name = path.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
      stream.write(`\r\u001b[K${`reading ${index + 1}/${total} ${name}`.slice(0, width)}`);
    },
    done: () => void stream.write('\r\u001b[K'),
  };
}
