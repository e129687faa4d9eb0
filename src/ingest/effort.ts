/** How a source is to be read. What is found does not depend on it. */
export interface Effort {
  /** Whether its hash is wanted; without one the source cannot be cited. */
  readonly hash: boolean;
  /** Threads that may work on it, the reading one included. */
  readonly threads: number;
}

export const ALONE: Effort = { hash: true, threads: 1 };
