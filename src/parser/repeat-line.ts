/** "The same again", as syslog daemons write it. */
export interface Repeat {
  readonly count: number;
  /** The message, where the line holds it. */
  readonly body: string | null;
}

// last message repeated 3 times | --- last message repeated 2 times ---   (sysklogd, rsyslog pmlastmsg, macOS)
const LAST = /^(?:--- )?last message repeated (\d{1,9}) times?(?: ---)?$/;
// message repeated 3 times: [ Failed password for root]   (rsyslog runtime/ratelimit.c; cut at 800 bytes, then without `]`)
const QUOTED = /^message repeated (\d{1,9}) times: \[ ?(.*?)\]?$/;

/** Null when the message is no repeat. */
export function readRepeat(body: string): Repeat | null {
  const first = body.charCodeAt(0);
  // 'l', 'm', '-': one comparison for nearly every line.
  if (first !== 108 && first !== 109 && first !== 45) return null;
  const last = LAST.exec(body);
  if (last !== null) return { count: Number(last[1]), body: null };
  const quoted = body.startsWith('message repeated ') ? QUOTED.exec(body) : null;
  return quoted === null ? null : { count: Number(quoted[1]), body: quoted[2] as string };
}
