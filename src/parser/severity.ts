/**
 * OpenTelemetry severity numbers of the syslog severities 0 emerg ... 7 debug
 * (OTel log data model, appendix B: FATAL ERROR3 ERROR2 ERROR WARN INFO2 INFO DEBUG).
 */
const SEVERITY: readonly number[] = [21, 19, 18, 17, 13, 10, 9, 5];

/** OpenTelemetry severity of a syslog severity 0-7; null for anything else. */
export function syslogSeverity(code: number): number | null {
  return SEVERITY[code] ?? null;
}

/** The two halves of a PRI value (RFC 5424, 6.2.1); null above 191, the highest there is. */
export function splitPriority(priority: number): { readonly facility: number; readonly severity: number } | null {
  return priority >= 0 && priority <= 191 ? { facility: priority >> 3, severity: priority & 7 } : null;
}
