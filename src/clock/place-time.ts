import type { Micros, WrittenTime } from '../model/time.js';

/** True time of a stamp of a stream by what is known so far. */
export type PlaceTime = (key: string, time: WrittenTime, byteOffset: number | null) => { readonly utc: Micros } | null;
