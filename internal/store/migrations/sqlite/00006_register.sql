-- +goose Up
-- What a setting said and when. Of the rule of the association alone: groups approved by
-- earlier versions of the program are held to the one of their day. What is there has no
-- known beginning.
CREATE TABLE setting_history (
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  value TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (key, seq)
);
INSERT INTO setting_history (key, seq, value, by, at) SELECT key, 1, value, by, 0 FROM settings WHERE key = 'rules';

-- Reports to Council as they were issued. Rows are only ever added.
CREATE TABLE council_reports (
  id TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE,
  conference TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL,
  on_day INTEGER NOT NULL,
  cut_off INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  actions TEXT NOT NULL,
  corrections TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  contents BLOB NOT NULL,
  workbook BLOB NOT NULL
);
