/** Seconds of each unit of a Sigma timespan (specification 2.1: number and lower-case letter). */
const UNIT_SECONDS = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);

/** No evidence is kept for longer than ten years. */
const MAX_SECONDS = 3_660 * 86_400;

export type DurationResult = { readonly seconds: number } | { readonly problem: string; readonly fix: string };

/** `90s`, `5m`, `1h`, `7d`. Zero only where `zero` allows it. */
export function parseDuration(text: string, zero: boolean): DurationResult {
  // "5m"
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  if (match === null) return { problem: `'${text}' is not a duration`, fix: durationFix(text) };
  const seconds = Number(match[1]) * (UNIT_SECONDS.get(match[2] ?? '') ?? 0);
  if (seconds === 0 && !zero) return { problem: 'a duration is longer than zero', fix: "write for example '30s'" };
  if (seconds > MAX_SECONDS) return { problem: 'longer than ten years', fix: 'write a shorter duration' };
  return { seconds };
}

function durationFix(text: string): string {
  const general = "write a whole number and one of s, m, h, d: '90s', '5m', '1h', '7d'";
  // "5M" is five months to one Sigma library and five minutes to the eye: neither is guessed.
  const upper = /^(\d{1,9})([SMHD])$/.exec(text);
  if (upper !== null) return `write '${upper[1]}${upper[2]?.toLowerCase()}': units are lower case`;
  // "1h30", "1h30m"
  const mixed = /^(\d{1,4})h(\d{1,2})m?$/.exec(text);
  if (mixed !== null) return `write '${Number(mixed[1]) * 60 + Number(mixed[2])}m'`;
  // "5 m", "5 min", "30sec"
  const spelled = /^(\d{1,9})\s*(s|m|h|d)(?:ec|ecs|econds?|in|ins|inutes?|ours?|ays?)?$/.exec(text);
  if (spelled !== null) return `write '${spelled[1]}${spelled[2]}'`;
  return general;
}
