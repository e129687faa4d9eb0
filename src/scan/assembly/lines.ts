/** Searches inside one line. */

const LINE_FEED: u8 = 10;

export function findFeed(from: usize, end: usize): usize {
  const feed = i8x16.splat(LINE_FEED);
  let at = from;
  while (at < end) {
    const bits = i8x16.bitmask(v128.eq<u8>(v128.load(at), feed));
    if (bits != 0) {
      const found = at + ctz<u32>(bits);
      return found < end ? found : end;
    }
    at += 16;
  }
  return end;
}

/** The first control character that is neither a tab nor a carriage return: a line feed, or one that matters. */
export function findControl(from: usize, end: usize): usize {
  const blank = i8x16.splat(32);
  let at = from;
  while (at < end) {
    for (let bits = i8x16.bitmask(v128.lt<u8>(v128.load(at), blank)); bits != 0; bits &= bits - 1) {
      const found = at + ctz<u32>(bits);
      if (found >= end) return end;
      const byte = load<u8>(found);
      if (byte == LINE_FEED || byte == 0 || byte == 27) return found;
    }
    at += 16;
  }
  return end;
}

const MESSAGE: u64 = 0x206567617373656d;
const REPEATED: u64 = 0x6465746165706572;

/** `message repeated`: the line may speak of the one before. */
export function isRepeat(from: usize, end: usize): bool {
  const m = i8x16.splat(109);
  const r = i8x16.splat(114);
  for (let at = from; at + 16 <= end; at += 16) {
    const both = v128.and(v128.eq<u8>(v128.load(at), m), v128.eq<u8>(v128.load(at, 8), r));
    for (let bits = i8x16.bitmask(both); bits != 0; bits &= bits - 1) {
      const found = at + ctz<u32>(bits);
      if (found + 16 <= end && load<u64>(found) == MESSAGE && load<u64>(found, 8) == REPEATED) return true;
    }
  }
  return false;
}

/** Behind an opening bracket: `    1.000000]`, but not the `  T55]` of a caller. */
function mayBeStamp(from: usize): bool {
  let at = from;
  while (load<u8>(at) == 32 && at - from < 12) at++;
  return <u32>load<u8>(at) - 48 <= 9;
}

/** A second kernel stamp, or a carriage return, inside a console line: several messages may stand on it. */
export function isShared(from: usize, end: usize): bool {
  const open = i8x16.splat(91);
  const back = i8x16.splat(13);
  for (let at = from; at < end; at += 16) {
    const bytes = v128.load(at);
    const either = v128.or(v128.eq<u8>(bytes, open), v128.eq<u8>(bytes, back));
    for (let bits = i8x16.bitmask(either); bits != 0; bits &= bits - 1) {
      const found = at + ctz<u32>(bits);
      if (found + 1 >= end) return false;
      const next = load<u8>(found, 1);
      if (load<u8>(found) == 13 ? next != LINE_FEED : mayBeStamp(found + 1)) return true;
    }
  }
  return false;
}
