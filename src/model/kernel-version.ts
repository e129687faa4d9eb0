/**
 * One range as a rule writes it: comparisons separated by blanks, all of which hold (`>=2.6 <4.0`).
 * A bound speaks about as many numbers as it has: 4.0.5 is neither `>4.0` nor outside `<=4.0`.
 */
export interface KernelRange {
  readonly bounds: readonly KernelBound[];
}

export interface KernelBound {
  readonly op: '>=' | '>' | '<=' | '<' | '=';
  readonly version: readonly number[];
}

// ">=5.14", "<4.0", "=4.18.0"
const BOUND = /^(>=|>|<=|<|=)(\d{1,4}(?:\.\d{1,4}){1,3})$/;
// "5.14.0-427.13.1.el9_4.x86_64", "6.8.0-45-generic", "4.4.0", "6.12-rc3"
const RELEASE = /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?(?![\d.])/;

/** Null when `text` is not a range. */
export function parseKernelRange(text: string): KernelRange | null {
  const bounds: KernelBound[] = [];
  for (const part of text.trim().split(/\s+/)) {
    const match = BOUND.exec(part);
    if (match === null) return null;
    bounds.push({ op: match[1] as KernelBound['op'], version: (match[2] ?? '').split('.').map(Number) });
  }
  return { bounds };
}

/** Whether `release` (`uname -r`) lies in any of `ranges`; null when the release or a range cannot be read. */
export function kernelInRange(release: string, ranges: readonly string[]): boolean | null {
  const match = RELEASE.exec(release.trim());
  if (match === null) return null;
  const version = match.slice(1).map((part) => (part === undefined ? 0 : Number(part)));
  let inside = false;
  for (const text of ranges) {
    const range = parseKernelRange(text);
    if (range === null) return null;
    inside ||= range.bounds.every((bound) => holds(version, bound));
  }
  return inside;
}

function holds(version: readonly number[], bound: KernelBound): boolean {
  let order = 0;
  for (let i = 0; i < bound.version.length && order === 0; i++)
    order = (version[i] ?? 0) - (bound.version[i] as number);
  switch (bound.op) {
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '<':
      return order < 0;
    case '=':
      return order === 0;
  }
}
