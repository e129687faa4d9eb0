import type { EntityType, Level, Role } from '../model/detection.js';
import type { Layer, MetricName } from '../model/record.js';
import type { CorrelationType, Join } from '../model/rule.js';

/** Closed lists of rule documents. The ids keep their meaning for ever; packs add their own under a prefix. */

export const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
export const STATUSES = ['experimental', 'test', 'stable'] as const;
export const ROLES: readonly Role[] = ['onset', 'consequence', 'echo', 'marker', 'noise'];
export const WORDINGS = ['wording.verified', 'wording.seen', 'wording.memory'] as const;
export const ENTITY_TYPES: readonly EntityType[] = ['vm', 'host', 'volume', 'job'];
export const LAYERS: readonly Layer[] = ['guest', 'hypervisor', 'backup', 'storage', 'network', 'inventory'];
export const JOINS: readonly Join[] = ['vm', 'host', 'volume', 'cluster', 'others'];
export const METRIC_ENTITIES = ['host-disk', 'volume', 'vm-disk'] as const;
export const CORRELATION_TYPES: readonly CorrelationType[] = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
];

/** What an incident of each kind is about. */
export const INCIDENT_KINDS: ReadonlyMap<string, readonly EntityType[]> = new Map<string, readonly EntityType[]>([
  ['guest.fs.readonly', ['vm']],
  ['guest.io.error', ['vm']],
  ['guest.io.stall', ['vm']],
  ['guest.hang', ['vm']],
  ['guest.reboot', ['vm']],
  ['guest.network.loss', ['vm']],
  ['guest.memory', ['vm']],
  ['vm.saved', ['vm']],
  ['vm.paused', ['vm']],
  ['vm.start-failed', ['vm']],
  ['vm.moved', ['vm']],
  ['backup.failed', ['vm', 'job']],
  ['backup.degraded', ['vm', 'job']],
  ['host.storage.stall', ['host', 'volume']],
  ['host.network.degraded', ['host']],
]);

/** What is left when the evidence does not decide; never a hypothesis. */
export const UNDETERMINED = 'undetermined';

export const CAUSES: readonly string[] = [
  'vss-snapshot',
  'san-saturation',
  'storage-path-loss',
  'storage-outage',
  'volume-full',
  'checkpoint-merge',
  'csv-pause',
  'node-failure',
  'cluster-restart-policy',
  'saved-state-backup',
  'live-migration',
  'dynamic-mac-change',
  'mixed-nic',
  'nic-offload',
  'nic-teaming',
  'broken-disk-chain',
  'not-on-shared-storage',
  'smb-failover',
  'full-backup-no-change-tracking',
  'media-error',
  'guest-kernel-fault',
  'guest-memory-pressure',
  'guest-disk-full',
  'guest-misconfiguration',
  'shared-lun-move',
  'data-corruption',
  'initiator-conflict',
  'operator-action',
  'backup-infrastructure',
];

/** A record, so that the compiler finds a metric that is missing here. */
const METRICS: Readonly<Record<MetricName, true>> = {
  'disk.latency': true,
  'disk.latency.read': true,
  'disk.latency.write': true,
  'disk.latency.flush': true,
  'disk.latency.lower': true,
  'disk.operations.read': true,
  'disk.operations.write': true,
  'disk.operations': true,
  'disk.throughput.read': true,
  'disk.throughput.write': true,
  'disk.throughput': true,
  'disk.queue': true,
  'disk.utilization': true,
  'disk.redirected': true,
  'disk.errors': true,
};

export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

// "acme:firmware-bug"
const PREFIXED = /^[a-z0-9-]+:[a-z0-9][a-z0-9.-]*$/;

export function isPrefixed(id: string): boolean {
  return PREFIXED.test(id);
}
