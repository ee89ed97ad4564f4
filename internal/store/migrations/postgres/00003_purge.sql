-- +goose Up
-- What was purged of a petition or an export, and how far that came.
CREATE TABLE purges (
  of TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  days BIGINT NOT NULL,
  since BIGINT NOT NULL,
  begun_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  files BIGINT NOT NULL,
  pages BIGINT NOT NULL,
  lines BIGINT NOT NULL,
  findings BIGINT NOT NULL,
  PRIMARY KEY (of, subject, kind)
);

-- What stays of a petition whose text is purged.
CREATE TABLE frozen (
  petition_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES petitions (id),
  version TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  data BYTEA NOT NULL
);

CREATE TABLE verdicts (
  line_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  petition_id TEXT COLLATE "C" NOT NULL REFERENCES petitions (id),
  member_id TEXT COLLATE "C" NOT NULL,
  data BYTEA NOT NULL
);
CREATE INDEX verdicts_petition ON verdicts (petition_id);

-- Blobs that lost a name and go unless something else names them.
CREATE TABLE dropped (
  sum TEXT COLLATE "C" NOT NULL PRIMARY KEY
);

ALTER TABLE uploads ADD COLUMN purged BIGINT NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN purged BIGINT NOT NULL DEFAULT 0;
