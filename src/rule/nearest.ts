/** Longer words are not typos of a key; the table below is quadratic. */
const MAX_WORD = 100;

/** The candidate that `word` is probably a misspelling of: at most a third of its letters differ. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = word.toLowerCase();
  if (wanted.length === 0 || wanted.length > MAX_WORD) return null;
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance || (distance === bestDistance && best !== null && candidate < best)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The fix of an unknown word: the probable one, else all that are known (the first 20). */
export function suggest(word: string, candidates: Iterable<string>, known: string): string {
  const all = [...candidates];
  const near = nearest(word, all);
  if (near !== null) return `did you mean '${near}'?`;
  const listed = all.slice(0, 20).join(', ');
  if (all.length === 0) return `there are no ${known}`;
  return `${known}: ${listed}${all.length > 20 ? ', ...' : ''}`;
}

/** Damerau-Levenshtein (adjacent transposition is one edit, optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(substitution, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] as number) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}
