import type { Position } from './record.js';
import type { Fact } from './source.js';

/** Who is who in the case, as far as the evidence says. Names are canonical: what the report prints. */
export interface Topology {
  readonly vms: readonly Vm[];
  readonly hosts: readonly Host[];
  readonly volumes: readonly Volume[];
  readonly links: readonly Link[];
  /** Canonical VM name for a VM name, GUID, worker SID, guest host name or path of a virtual disk; null if no VM is known by it. */
  vmOf(name: string): string | null;
  /** Canonical host name for a host as written (case, domain); null if it is no known Hyper-V host. */
  hostOf(name: string): string | null;
  volumeOf(name: string): string | null;
}

export interface Vm {
  readonly name: string;
  readonly id: string | null;
  /** Host names its guest logs under. */
  readonly guests: readonly string[];
  readonly hosts: readonly string[];
  readonly volumes: readonly string[];
  readonly disks: readonly string[];
}

export interface Host {
  readonly name: string;
  readonly aliases: readonly string[];
}

export interface Volume {
  readonly name: string;
  readonly aliases: readonly string[];
}

/** One statement about two things and where it was read. */
export interface Link {
  readonly kind: 'vm-host' | 'vm-volume' | 'vm-guest' | 'vm-id';
  readonly from: string;
  readonly to: string;
  /** `stated` in a record or inventory, `derived` from names or paths. */
  readonly basis: 'stated' | 'derived';
  readonly source: string;
  readonly at: Position | null;
}

/** A fact and the source it was read in. */
export interface Statement {
  readonly fact: Fact;
  readonly source: string;
  readonly basis: Link['basis'];
}

/** What records say of who is who, before it is joined to a `Topology`. */
export interface Observations {
  readonly statements: readonly Statement[];
  /** Machines that wrote guest logs. */
  readonly guests: readonly string[];
  /** Windows computers that wrote Hyper-V or cluster records. */
  readonly hypervisors: readonly string[];
  readonly computers: readonly string[];
  /** Machines that performance counters were taken on. */
  readonly measured: readonly string[];
}
