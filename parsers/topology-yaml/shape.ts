import type { Head } from '../../src/parser/parser.js';

/** Prompts that may stand above a file that was copied from a terminal. */
const REMARKS = 5;

// vms:      hosts:  # the nodes      "volumes": [
const KEY = /^(["']?)(vms|hosts|volumes)\1[ \t]*:[ \t]*(?:#.*|[[~].*|null)?$/;
const OTHER_KEY = /^(["']?)[A-Za-z_][\w.-]*\1[ \t]*:(?:[ \t].*)?$/;
// {vms: [{name: web01}]}
const FLOW = /^\{\s*(["']?)(?:vms|hosts|volumes)\1\s*:/;
/** Lines that may stand at the margin of a block map without being a key. */
const AT_MARGIN = /^(?:#|-(?:\s|$)|---\s*(?:#.*)?$|\.\.\.\s*$|%YAML\b|[\]}],?\s*$)/;
/** An entry that only a topology has. */
const OWN_ENTRY = /^\s+(?:- +)?(?:guest|host|volume|disks)\s*:/;

/** How far a line goes that may be looked at. */
const LINE = 4096;

export function sniff(head: Head): number {
  const lines = head.lines.map((line) => line.slice(0, LINE).trimEnd());
  const first = firstKey(lines);
  if (first === null) return 0;
  if (beginsFlow(lines, first)) return sniffFlow(lines.slice(first).join('\n'));
  const keys = new Set<string>();
  const others = new Set<string>();
  for (const line of lines.slice(first)) {
    if (line === '' || /^[ \t]/.test(line) || AT_MARGIN.test(line)) continue;
    const key = KEY.exec(line)?.[2];
    if (key !== undefined) keys.add(key);
    else if (OTHER_KEY.test(line)) others.add(line);
    else return 0;
  }
  if (!keys.has('vms') && !keys.has('hosts')) return 0;
  // A key that was written wrong must be told, not make the file unknown.
  if (others.size > 0) return keys.has('vms') && lines.some((line) => OWN_ENTRY.test(line)) ? 0.5 : 0;
  // `hosts:` alone may be the list of many a program.
  return keys.has('vms') ? 0.95 : 0.6;
}

function sniffFlow(text: string): number {
  return /\bvms\b/.test(text) && /["']?\bname["']?\s*:/.test(text) ? 0.8 : 0;
}

/** Index of the line in which the map begins: nothing but comments, blank lines and a few remarks stand above it. */
function firstKey(lines: readonly string[]): number | null {
  let remarks = 0;
  for (const [index, line] of lines.entries()) {
    if (KEY.test(line) || beginsFlow(lines, index)) return index;
    if (OTHER_KEY.test(line)) return lines.slice(index).some((other) => KEY.test(other)) ? index : null;
    if (isRemark(line) && ++remarks > REMARKS) return null;
  }
  return null;
}

function beginsFlow(lines: readonly string[], index: number): boolean {
  return lines[index]?.startsWith('{') === true && FLOW.test(lines.slice(index, index + 3).join('\n'));
}

function isRemark(line: string): boolean {
  return line !== '' && !/^(?:#|---|%YAML\b)/.test(line);
}

/** The text with the remarks above the map blanked out, so that all else keeps its place; and where they stood. */
export function withoutRemarks(text: string): { readonly text: string; readonly removed: readonly number[] } {
  // Remarks stand within the first few lines; what is longer than the head was not looked at either.
  const lines = text.slice(0, 1 << 16).split('\n');
  const first = firstKey(lines.map((line) => line.trimEnd())) ?? 0;
  const removed: number[] = [];
  let offset = 0;
  let blanked = '';
  for (const line of lines.slice(0, first)) {
    if (isRemark(line.trimEnd())) removed.push(offset);
    blanked += `${isRemark(line.trimEnd()) ? ' '.repeat(line.length) : line}\n`;
    offset += line.length + 1;
  }
  return { text: blanked + text.slice(blanked.length), removed };
}
