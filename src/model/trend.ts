import type { Incident } from './incident.js';
import type { Interval, Micros } from './time.js';

/** What a rate is of: runs of a backup, nights of a VM, or nights of the whole site. */
export type ExposureUnit = 'vm-night' | 'backup-run' | 'site-night';

/** Events over the exposure in which they could have happened and would have been seen. */
export interface Counted {
  readonly events: number;
  readonly exposure: number;
}

export interface Rate extends Counted {
  /** Events for one unit of exposure and its exact 95 % interval; null where nothing was watched. */
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Two rates, compared exactly; null where one side has no exposure or nothing happened on either. */
export interface RateComparison {
  readonly before: Rate;
  readonly after: Rate;
  /** Share of the exposure that lies after the change: under equal rates each event falls there with this probability. */
  readonly shareAfter: number | null;
  /** One-sided: as few events after the change, or fewer, under equal rates; and as many, or more. */
  readonly pFewer: number | null;
  readonly pMore: number | null;
  /** Rate after over rate before with its exact 95 % interval; `high` null where it has no upper end. */
  readonly ratio: { readonly estimate: number | null; readonly low: number; readonly high: number | null } | null;
  /** Further units without an event until `pFewer` is below 0.05; null where no number of them does it. */
  readonly cleanNeeded: number | null;
  /** The same if the rate before were known to be exactly its estimate: no proof takes fewer. */
  readonly cleanNeededAtKnownRate: number | null;
}

/** When the change was made: an instant, or a night that belongs to neither side. */
export interface Change {
  readonly span: Interval;
  readonly isNight: boolean;
}

export type TrendVerdict = 'fixed' | 'fewer' | 'fewer-unproven' | 'no-change' | 'worse' | 'cannot-tell';

/** A comparison that must hold before anything is called fixed. */
export interface TrendCheck {
  readonly id: 'rate' | 'uncounted' | 'before-cluster' | 'site-nights' | 'per-run';
  /** What it guards against. */
  readonly statement: string;
  readonly unit: ExposureUnit;
  readonly comparison: RateComparison;
  /** Calendar nights like those since the change; 0 where it holds already, null where no number of them does it. */
  readonly nightsNeeded: number | null;
}

export interface TrendRow {
  readonly side: 'before' | 'after';
  /** First and last night, by the days on which they begin. */
  readonly from: string;
  readonly to: string;
  readonly exposure: number;
  readonly events: number;
  /** Whom they befell. */
  readonly vms: readonly string[];
}

export interface TrendEvent {
  readonly incident: Incident;
  readonly vm: string;
  readonly at: Micros | null;
  /** Why it is in no rate. */
  readonly why: 'no-log' | 'undated' | 'undetermined' | 'vm-on-one-side';
}

/** Whether something became rarer with a change. */
export interface Trend {
  readonly change: Change;
  readonly kinds: readonly string[];
  readonly cause: string | null;
  /** VMs whose exposure counts, and those that were watched on one side only. */
  readonly vms: readonly string[];
  readonly leftOut: readonly { readonly vm: string; readonly side: 'before' | 'after' }[];
  /** The unit that the verdict rests on. */
  readonly unit: ExposureUnit;
  readonly perVmNight: RateComparison;
  readonly perRun: RateComparison;
  readonly checks: readonly TrendCheck[];
  /** Events in the rate that the verdict rests on. */
  readonly counted: readonly Incident[];
  /** Events since the change, or undated, that may count against it. */
  readonly uncounted: readonly TrendEvent[];
  readonly verdict: TrendVerdict;
  readonly sentence: string;
  readonly nightsNeeded: number | null;
  readonly cautions: readonly string[];
  readonly rowNights: 1 | 7;
  readonly rows: readonly TrendRow[];
}

/** `faultline trend`: JSON as it is. */
export interface TrendReport extends Omit<Trend, 'change' | 'counted' | 'uncounted'> {
  readonly schemaVersion: '1.0';
  readonly tool: { readonly name: 'faultline'; readonly version: string };
  readonly change: { readonly from: string; readonly to: string; readonly isNight: boolean };
  readonly counted: readonly TrendReportEvent[];
  readonly uncounted: readonly (TrendReportEvent & { readonly why: TrendEvent['why'] })[];
}

export interface TrendReportEvent {
  readonly incident: string;
  readonly kind: string;
  readonly vm: string;
  readonly time: string | null;
}
