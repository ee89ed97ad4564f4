-- +goose Up
-- What a setting said and when. Of the rule of the association alone: groups approved by
-- earlier versions of the program are held to the one of their day. What is there has no
-- known beginning.
CREATE TABLE setting_history (
  key TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (key, seq)
);
INSERT INTO setting_history (key, seq, value, by, at) SELECT key, 1, value, by, 0 FROM settings WHERE key = 'rules';

-- Reports to Council as they were issued. Rows are only ever added.
CREATE TABLE council_reports (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL UNIQUE,
  conference TEXT COLLATE "C" NOT NULL UNIQUE,
  document TEXT COLLATE "C" NOT NULL,
  on_day BIGINT NOT NULL,
  cut_off BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by TEXT COLLATE "C" NOT NULL,
  actions TEXT COLLATE "C" NOT NULL,
  corrections TEXT COLLATE "C" NOT NULL,
  sha256 TEXT COLLATE "C" NOT NULL,
  contents BYTEA NOT NULL,
  workbook BYTEA NOT NULL
);
