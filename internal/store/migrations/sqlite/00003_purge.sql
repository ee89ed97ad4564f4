-- +goose Up
-- What was purged of a petition or an export, and how far that came.
CREATE TABLE purges (
  of TEXT NOT NULL,
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  days INTEGER NOT NULL,
  since INTEGER NOT NULL,
  begun_at INTEGER NOT NULL,
  done_at INTEGER NOT NULL,
  files INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  findings INTEGER NOT NULL,
  PRIMARY KEY (of, subject, kind)
);

-- What stays of a petition whose text is purged.
CREATE TABLE frozen (
  petition_id TEXT NOT NULL PRIMARY KEY REFERENCES petitions (id),
  version TEXT NOT NULL,
  at INTEGER NOT NULL,
  data BLOB NOT NULL
);

CREATE TABLE verdicts (
  line_id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  member_id TEXT NOT NULL,
  data BLOB NOT NULL
);
CREATE INDEX verdicts_petition ON verdicts (petition_id);

-- Blobs that lost a name and go unless something else names them.
CREATE TABLE dropped (
  sum TEXT NOT NULL PRIMARY KEY
);

ALTER TABLE uploads ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
