/** Four letters at offset 68 of the file, by which `file(1)` and we know it: "FLTC". */
export const APPLICATION_ID = 0x464c5443;

/** Raised when a table or the packing of a reading changes. There is no migration: evidence is read again. */
export const FORMAT = 1;

/**
 * The tables of a case; docs/case-file.md says what they are for. `reading`, `answer` and the arrays are what the program itself
 * opens; the others say the same for SQL. Times are microseconds, `written` as the source wrote them (local where it is local).
 */
export const SCHEMA = `
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  file TEXT NOT NULL,
  given INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  head_sha256 TEXT NOT NULL,
  tail_sha256 TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  program TEXT NOT NULL,
  rules_key TEXT NOT NULL,
  metrics_kept TEXT,
  format TEXT,
  layer TEXT,
  host TEXT,
  records INTEGER,
  not_read TEXT,
  UNIQUE (path, file)
) STRICT;

CREATE TABLE reading (
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  part INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  packed BLOB NOT NULL,
  PRIMARY KEY (source, part)
) STRICT;

CREATE TABLE answer (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  sha256 BLOB NOT NULL,
  packed BLOB NOT NULL
) STRICT;

CREATE TABLE detection (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  n INTEGER NOT NULL,
  rule TEXT NOT NULL,
  role TEXT NOT NULL,
  level TEXT NOT NULL,
  entity_type TEXT,
  entity TEXT,
  host TEXT,
  channel TEXT,
  written INTEGER,
  written_end INTEGER,
  uptime INTEGER,
  count INTEGER NOT NULL,
  line INTEGER,
  byte_offset INTEGER,
  record INTEGER,
  value REAL,
  statement TEXT NOT NULL,
  captures TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX detection_source ON detection (source, n);
CREATE INDEX detection_rule ON detection (rule, written);
CREATE INDEX detection_written ON detection (written);

CREATE TABLE stream (
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  n INTEGER NOT NULL,
  host TEXT,
  channel TEXT,
  clock TEXT NOT NULL,
  records INTEGER NOT NULL,
  first INTEGER,
  last INTEGER,
  rhythm INTEGER,
  sampling INTEGER,
  kernel TEXT,
  silences TEXT NOT NULL,
  PRIMARY KEY (source, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE clock_evidence (
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  n INTEGER NOT NULL,
  kind TEXT NOT NULL,
  anchor TEXT,
  host TEXT,
  boot TEXT,
  written INTEGER,
  utc INTEGER,
  uptime INTEGER,
  utc_offset INTEGER,
  line INTEGER,
  byte_offset INTEGER,
  record INTEGER,
  PRIMARY KEY (source, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  n INTEGER NOT NULL,
  basis TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  object TEXT,
  line INTEGER,
  byte_offset INTEGER,
  record INTEGER,
  PRIMARY KEY (source, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE issue (
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  n INTEGER NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL,
  note TEXT NOT NULL,
  count INTEGER NOT NULL,
  line INTEGER,
  byte_offset INTEGER,
  record INTEGER,
  PRIMARY KEY (source, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE number_array (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  sha256 BLOB NOT NULL,
  float64 BLOB NOT NULL
) STRICT;
CREATE INDEX number_array_source ON number_array (source);

CREATE TABLE series (
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  n INTEGER NOT NULL,
  host TEXT,
  object_type TEXT NOT NULL,
  object TEXT NOT NULL,
  metric TEXT NOT NULL,
  name TEXT NOT NULL,
  exact TEXT NOT NULL,
  samples INTEGER NOT NULL,
  times INTEGER NOT NULL,
  intervals INTEGER NOT NULL,
  sample_values INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  offsets INTEGER NOT NULL,
  PRIMARY KEY (source, n)
) STRICT, WITHOUT ROWID;
`;
