-- +goose Up
CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  subject TEXT UNIQUE,
  disabled BOOLEAN NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE sessions (
  hash TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE tokens (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL
);
CREATE INDEX tokens_account ON tokens (account_id);

CREATE TABLE invitations (
  hash TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
);

CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
);

CREATE TABLE snapshots (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  map TEXT NOT NULL,
  rows INTEGER NOT NULL,
  members INTEGER NOT NULL,
  columns TEXT NOT NULL,
  remarks TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
);

CREATE TABLE petitions (
  id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  rules TEXT NOT NULL,
  snapshot_id TEXT REFERENCES snapshots (id),
  received_on INTEGER NOT NULL,
  by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  lines_version INTEGER NOT NULL,
  findings_version INTEGER NOT NULL,
  terms_version INTEGER NOT NULL
);

CREATE TABLE uploads (
  id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  sha256 TEXT NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  error TEXT NOT NULL,
  excluded BOOLEAN NOT NULL,
  announced_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX uploads_petition ON uploads (petition_id, at, id);

CREATE TABLE pages (
  id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  upload_id TEXT NOT NULL REFERENCES uploads (id),
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  rotation INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  notes TEXT NOT NULL,
  sheet TEXT NOT NULL,
  picture TEXT NOT NULL,
  error TEXT NOT NULL,
  read_at INTEGER NOT NULL,
  announced_at INTEGER NOT NULL
);
CREATE INDEX pages_upload ON pages (upload_id, number, read_at);
CREATE INDEX pages_petition ON pages (petition_id);

CREATE TABLE lines (
  id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  upload_id TEXT NOT NULL REFERENCES uploads (id),
  page_id TEXT NOT NULL REFERENCES pages (id),
  page INTEGER NOT NULL,
  number INTEGER NOT NULL,
  box TEXT NOT NULL,
  picture TEXT NOT NULL,
  snapshot_id TEXT NOT NULL,
  row BLOB NOT NULL,
  match BLOB NOT NULL
);
CREATE INDEX lines_upload ON lines (upload_id, page, number, snapshot_id);
CREATE INDEX lines_page ON lines (page_id, number, snapshot_id);

CREATE TABLE findings (
  id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  line_id TEXT NOT NULL REFERENCES lines (id),
  by TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  member_id TEXT NOT NULL,
  note TEXT NOT NULL,
  fields TEXT NOT NULL,
  searches INTEGER NOT NULL,
  undoes TEXT UNIQUE REFERENCES findings (id),
  chair BOOLEAN NOT NULL
);
CREATE INDEX findings_petition ON findings (petition_id, at, id);
CREATE INDEX findings_line ON findings (line_id, at, id);

-- A claim outlasts the line being read anew, which has the same id again.
CREATE TABLE claims (
  line_id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  until INTEGER NOT NULL
);

CREATE TABLE failures (
  id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  upload_id TEXT NOT NULL REFERENCES uploads (id),
  page_id TEXT REFERENCES pages (id),
  stage TEXT NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX failures_petition ON failures (petition_id, at, id);

CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,
  stage TEXT NOT NULL,
  subject TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (stage, subject)
);
CREATE INDEX outbox_created ON outbox (created_at, id);

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  prev TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, seq);

-- One row: the end of the chain, by which a log cut short is noticed.
CREATE TABLE audit_head (
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO audit_head (seq, hash) VALUES (0, '');

CREATE TABLE tallies (
  id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  version TEXT NOT NULL,
  counts BLOB NOT NULL,
  snapshot_id TEXT REFERENCES snapshots (id),
  rules_hash TEXT NOT NULL,
  program TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  supersedes TEXT UNIQUE REFERENCES tallies (id)
);
CREATE INDEX tallies_petition ON tallies (petition_id, at, id);
