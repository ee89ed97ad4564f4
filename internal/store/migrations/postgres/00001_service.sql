-- +goose Up
-- Text is compared by its bytes, as SQLite does.
CREATE TABLE accounts (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  email TEXT COLLATE "C" NOT NULL UNIQUE,
  name TEXT COLLATE "C" NOT NULL,
  roles TEXT COLLATE "C" NOT NULL,
  password_hash TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" UNIQUE,
  disabled BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
  hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE tokens (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  name TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL
);
CREATE INDEX tokens_account ON tokens (account_id);

CREATE TABLE invitations (
  hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  email TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  roles TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);

CREATE TABLE settings (
  key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  value TEXT COLLATE "C" NOT NULL,
  by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE snapshots (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  sha256 TEXT COLLATE "C" NOT NULL,
  as_of BIGINT NOT NULL,
  map TEXT COLLATE "C" NOT NULL,
  rows BIGINT NOT NULL,
  members BIGINT NOT NULL,
  columns TEXT COLLATE "C" NOT NULL,
  remarks TEXT COLLATE "C" NOT NULL,
  by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE petitions (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  title TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  rules TEXT COLLATE "C" NOT NULL,
  snapshot_id TEXT COLLATE "C" REFERENCES snapshots (id),
  received_on BIGINT NOT NULL,
  by TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  lines_version BIGINT NOT NULL,
  findings_version BIGINT NOT NULL,
  terms_version BIGINT NOT NULL
);

CREATE TABLE uploads (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  petition_id TEXT COLLATE "C" NOT NULL REFERENCES petitions (id),
  sha256 TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  size BIGINT NOT NULL,
  by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  pages BIGINT NOT NULL,
  error TEXT COLLATE "C" NOT NULL,
  excluded BOOLEAN NOT NULL,
  announced_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX uploads_petition ON uploads (petition_id, at, id);

CREATE TABLE pages (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  petition_id TEXT COLLATE "C" NOT NULL REFERENCES petitions (id),
  upload_id TEXT COLLATE "C" NOT NULL REFERENCES uploads (id),
  number BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  rotation BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  notes TEXT COLLATE "C" NOT NULL,
  sheet TEXT COLLATE "C" NOT NULL,
  picture TEXT COLLATE "C" NOT NULL,
  error TEXT COLLATE "C" NOT NULL,
  read_at BIGINT NOT NULL,
  announced_at BIGINT NOT NULL
);
CREATE INDEX pages_upload ON pages (upload_id, number, read_at);
CREATE INDEX pages_petition ON pages (petition_id);

CREATE TABLE lines (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  petition_id TEXT COLLATE "C" NOT NULL REFERENCES petitions (id),
  upload_id TEXT COLLATE "C" NOT NULL REFERENCES uploads (id),
  page_id TEXT COLLATE "C" NOT NULL REFERENCES pages (id),
  page BIGINT NOT NULL,
  number BIGINT NOT NULL,
  box TEXT COLLATE "C" NOT NULL,
  picture TEXT COLLATE "C" NOT NULL,
  snapshot_id TEXT COLLATE "C" NOT NULL,
  row BYTEA NOT NULL,
  match BYTEA NOT NULL
);
CREATE INDEX lines_upload ON lines (upload_id, page, number, snapshot_id);
CREATE INDEX lines_page ON lines (page_id, number, snapshot_id);

CREATE TABLE findings (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  petition_id TEXT COLLATE "C" NOT NULL REFERENCES petitions (id),
  line_id TEXT COLLATE "C" NOT NULL REFERENCES lines (id),
  by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  member_id TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  fields TEXT COLLATE "C" NOT NULL,
  searches BIGINT NOT NULL,
  undoes TEXT COLLATE "C" UNIQUE REFERENCES findings (id),
  chair BOOLEAN NOT NULL
);
CREATE INDEX findings_petition ON findings (petition_id, at, id);
CREATE INDEX findings_line ON findings (line_id, at, id);

-- A claim outlasts the line being read anew, which has the same id again.
CREATE TABLE claims (
  line_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  until BIGINT NOT NULL
);

CREATE TABLE failures (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  petition_id TEXT COLLATE "C" NOT NULL REFERENCES petitions (id),
  upload_id TEXT COLLATE "C" NOT NULL REFERENCES uploads (id),
  page_id TEXT COLLATE "C" REFERENCES pages (id),
  stage TEXT COLLATE "C" NOT NULL,
  text TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX failures_petition ON failures (petition_id, at, id);

CREATE TABLE outbox (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  stage TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (stage, subject)
);
CREATE INDEX outbox_created ON outbox (created_at, id);

CREATE TABLE audit (
  seq BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  detail TEXT COLLATE "C" NOT NULL,
  prev TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, seq);

-- One row: the end of the chain, by which a log cut short is noticed.
CREATE TABLE audit_head (
  seq BIGINT NOT NULL,
  hash TEXT COLLATE "C" NOT NULL
);
INSERT INTO audit_head (seq, hash) VALUES (0, '');

CREATE TABLE tallies (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  petition_id TEXT COLLATE "C" NOT NULL REFERENCES petitions (id),
  version TEXT COLLATE "C" NOT NULL,
  counts BYTEA NOT NULL,
  snapshot_id TEXT COLLATE "C" REFERENCES snapshots (id),
  rules_hash TEXT COLLATE "C" NOT NULL,
  program TEXT COLLATE "C" NOT NULL,
  by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  supersedes TEXT COLLATE "C" UNIQUE REFERENCES tallies (id)
);
CREATE INDEX tallies_petition ON tallies (petition_id, at, id);
