import type { MetricName } from '../../src/model/record.js';

/** How a cell becomes the SI value of its metric. `busy` turns a percentage of idle time into a share of busy time. */
export type Conversion = 'as-written' | 'busy';

/** What a counter measures. `half` counters give one value together with their twin (reads and writes). */
export interface Measure {
  readonly metric: MetricName;
  readonly conversion: Conversion;
  readonly half: boolean;
}

/** `unused`: known and of no use here (processor, memory, block sizes). `unknown`: perhaps a localised disk counter. */
export type Classified =
  | { readonly kind: 'used'; readonly objectType: string; readonly measure: Measure }
  | { readonly kind: 'unused' }
  | { readonly kind: 'unknown' };

type Table = Readonly<Record<string, Measure>>;

const plain = (metric: MetricName): Measure => ({ metric, conversion: 'as-written', half: false });
const half = (metric: MetricName): Measure => ({ metric, conversion: 'as-written', half: true });

/**
 * Seconds, operations per second, bytes per second. Both queue lengths are kept: the average is made of completed
 * requests and reads 0 while nothing completes; the current one still shows what is waiting then.
 */
const DISK: Table = {
  'avg. disk sec/read': plain('disk.latency.read'),
  'avg. disk sec/write': plain('disk.latency.write'),
  'avg. disk sec/transfer': plain('disk.latency'),
  'disk reads/sec': plain('disk.operations.read'),
  'disk writes/sec': plain('disk.operations.write'),
  'disk transfers/sec': plain('disk.operations'),
  'disk read bytes/sec': plain('disk.throughput.read'),
  'disk write bytes/sec': plain('disk.throughput.write'),
  'disk bytes/sec': plain('disk.throughput'),
  'avg. disk queue length': plain('disk.queue'),
  'current disk queue length': plain('disk.queue'),
  '% idle time': { metric: 'disk.utilization', conversion: 'busy', half: false },
};

/** Latency is in seconds: Microsoft's PrivateCloud.DiagnosticInfo multiplies it by 1000 to print milliseconds. */
const CSV: Table = {
  'read latency': plain('disk.latency.read'),
  'write latency': plain('disk.latency.write'),
  'reads/sec': plain('disk.operations.read'),
  'writes/sec': plain('disk.operations.write'),
  'read queue length': half('disk.queue'),
  'write queue length': half('disk.queue'),
  'redirected read bytes/sec': half('disk.redirected'),
  'redirected write bytes/sec': half('disk.redirected'),
};

/**
 * Latency is a PERF_AVERAGE_TIMER, which PDH formats as seconds. `Throughput` counts transfers, of 8 KB according to
 * windows_exporter's description, not bytes and not requests: it has no place among the metrics and is left out.
 */
const HYPERV: Table = {
  latency: plain('disk.latency'),
  'lower latency': plain('disk.latency.lower'),
  'queue length': plain('disk.queue'),
  'read bytes/sec': plain('disk.throughput.read'),
  'write bytes/sec': plain('disk.throughput.write'),
  'read operations/sec': plain('disk.operations.read'),
  'write operations/sec': plain('disk.operations.write'),
  'error count': plain('disk.errors'),
};

interface ObjectType {
  readonly name: string;
  readonly counters: Table;
  /** Beginnings of English counter names that exist on the object and are not read. */
  readonly unused: readonly string[];
}

const DISK_UNUSED = [
  '% disk ',
  'avg. disk bytes/',
  'avg. disk read queue length',
  'avg. disk write queue length',
  'split io/sec',
  '% free space',
  'free megabytes',
];
const CSV_UNUSED = ['io ', 'redirected ', 'metadata io', 'volume ', 'flushes', 'create file', 'file', 'read', 'write'];
const HYPERV_UNUSED = [
  'lower queue',
  'throughput',
  'normalized ',
  'minimum ',
  'maximum ',
  'average ',
  'io quota',
  'read count',
  'write count',
  'flush count',
  'adapter open',
];

const PHYSICAL: ObjectType = { name: 'PhysicalDisk', counters: DISK, unused: DISK_UNUSED };
const LOGICAL: ObjectType = { name: 'LogicalDisk', counters: DISK, unused: DISK_UNUSED };

/** Names as Windows writes them, compared without case: Get-Counter exports are in lower case. */
const OBJECTS: Readonly<Record<string, ObjectType>> = {
  physicaldisk: PHYSICAL,
  logicaldisk: LOGICAL,
  'cluster csv file system': { name: 'Cluster CSV File System', counters: CSV, unused: CSV_UNUSED },
  'hyper-v virtual storage device': {
    name: 'Hyper-V Virtual Storage Device',
    counters: HYPERV,
    unused: HYPERV_UNUSED,
  },
  // German, French, Spanish, Italian Windows: seen in scripts that query these paths on such machines.
  'physikalischer datenträger': PHYSICAL,
  'logischer datenträger': LOGICAL,
  'disque physique': PHYSICAL,
  'disque logique': LOGICAL,
  'disco físico': PHYSICAL,
  'disco fisico': PHYSICAL,
};

/**
 * Localised disk counters, only those seen in public code or in Microsoft's localised documentation with the same
 * wording. The Italian latency counters are absent: the published texts contradict each other.
 */
const LOCALISED: Readonly<Record<string, string>> = {
  'mittlere sek./lesevorgänge': 'avg. disk sec/read',
  'mittlere sek./schreibvorgänge': 'avg. disk sec/write',
  'mittlere sek./übertragung': 'avg. disk sec/transfer',
  'lesevorgänge/s': 'disk reads/sec',
  'schreibvorgänge/s': 'disk writes/sec',
  'übertragungen/s': 'disk transfers/sec',
  'bytes gelesen/s': 'disk read bytes/sec',
  'bytes geschrieben/s': 'disk write bytes/sec',
  'durchschnittl. warteschlangenlänge des datenträgers': 'avg. disk queue length',
  'aktuelle warteschlangenlänge': 'current disk queue length',
  'moyenne disque s/lecture': 'avg. disk sec/read',
  'moyenne disque s/écriture': 'avg. disk sec/write',
  'moyenne disque s/transfert': 'avg. disk sec/transfer',
  'lectures disque/s': 'disk reads/sec',
  'écritures disque/s': 'disk writes/sec',
  'transferts disque/s': 'disk transfers/sec',
  'lectures disque, octets/s': 'disk read bytes/sec',
  'écritures disque, octets/s': 'disk write bytes/sec',
  'octets disque/s': 'disk bytes/sec',
  "longueur moyenne de file d'attente du disque": 'avg. disk queue length',
  "taille de file d'attente du disque actuelle": 'current disk queue length',
  "% d'inactivité": '% idle time',
  'promedio de segundos de disco/lectura': 'avg. disk sec/read',
  'promedio de segundos de disco/escritura': 'avg. disk sec/write',
  'transferencias de disco/s': 'disk transfers/sec',
  'bytes de lectura de disco/s': 'disk read bytes/sec',
  'bytes de escritura en disco/s': 'disk write bytes/sec',
  'byte letti da disco/sec': 'disk read bytes/sec',
  'byte scritti su disco/sec': 'disk write bytes/sec',
  'trasferimenti disco/sec': 'disk transfers/sec',
};

/** Beginnings of objects that operators record beside the disks. Anything else may be a disk in another language. */
const OTHER_OBJECTS = [
  ...['processor', 'memory', 'network', 'system', 'process', 'thread', 'paging file', 'cache', 'objects', 'server'],
  ...['redirector', 'tcp', 'udp', 'ip', 'icmp', 'hyper-v ', 'smb ', 'cluster ', 'numa', 'physical network', 'rdma'],
  ...['per processor', 'power meter', 'storage spaces', 'sqlserver:', 'mssql', 'database', 'asp.net', '.net', 'web '],
  ...['gpu', 'terminal services', 'event tracing', 'xhci', 'refs', 'bitlocker', 'filesystem disk', 'vm ', 'microsoft'],
  ...['prozessor', 'arbeitsspeicher', 'netzwerk', 'processeur', 'informations sur le processeur', 'mémoire'],
  ...['interface réseau', 'carte réseau', 'procesador', 'memoria', 'interfaz de red', 'processore', 'scheda di rete'],
];

/** The typographic apostrophe and the ASCII one are the same name. */
function normalise(name: string): string {
  return name.trim().toLowerCase().replaceAll('\u2019', "'");
}

function beginsWithAny(name: string, starts: readonly string[]): boolean {
  return starts.some((start) => name.startsWith(start));
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

export function classifyCounter(object: string, counter: string): Classified {
  const objectKey = normalise(object);
  const type = own(OBJECTS, objectKey);
  if (type === undefined) return { kind: beginsWithAny(objectKey, OTHER_OBJECTS) ? 'unused' : 'unknown' };
  const counterKey = normalise(counter);
  const measure = own(type.counters, own(LOCALISED, counterKey) ?? counterKey);
  if (measure !== undefined) return { kind: 'used', objectType: type.name, measure };
  return { kind: beginsWithAny(counterKey, type.unused) ? 'unused' : 'unknown' };
}
