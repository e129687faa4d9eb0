import type { Parser } from '../src/parser/parser.js';
import altaro from './altaro/parser.js';
import backupJobCsv from './backup-job-csv/parser.js';
import hypervInventoryJson from './hyperv-inventory-json/parser.js';
import iostat from './iostat/parser.js';
import linuxDmesg from './linux-dmesg/parser.js';
import linuxSyslog from './linux-syslog/parser.js';
import perfmonCsv from './perfmon-csv/parser.js';
import systemdJournal from './systemd-journal/parser.js';
import systemdJournalExport from './systemd-journal-export/parser.js';
import topologyYaml from './topology-yaml/parser.js';
import veeamJobLog from './veeam-job-log/parser.js';
import windowsEventJson from './windows-event-json/parser.js';
import windowsEventXml from './windows-event-xml/parser.js';
import windowsEvtx from './windows-evtx/parser.js';

/** Every format Faultline reads, in alphabetical order; a test compares this list with the folder. */
export const PARSERS: readonly Parser[] = [
  altaro,
  backupJobCsv,
  hypervInventoryJson,
  iostat,
  linuxDmesg,
  linuxSyslog,
  perfmonCsv,
  systemdJournal,
  systemdJournalExport,
  topologyYaml,
  veeamJobLog,
  windowsEventJson,
  windowsEventXml,
  windowsEvtx,
];
