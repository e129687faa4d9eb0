/** Rows of numbers in one array that grows: nothing to collect, and ready to be handed to another thread. */
export interface RowStore {
  readonly push: (rows: Float64Array) => void;
  /** All rows, in an array of their own. */
  take(): Float64Array<ArrayBuffer>;
}

export function growRows(): RowStore {
  let room = new Float64Array(0);
  let length = 0;
  return {
    push(rows) {
      if (rows.length === 0) return;
      if (length + rows.length > room.length) {
        const larger = new Float64Array(Math.max(1024, 2 * room.length, length + rows.length));
        larger.set(room.subarray(0, length));
        room = larger;
      }
      room.set(rows, length);
      length += rows.length;
    },
    take: () => room.slice(0, length),
  };
}
