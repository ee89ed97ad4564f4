-- +goose Up
-- What was answered to a change that a script sent under a key of its own, for it to hear again
-- where the answer was lost. A status of 0 is a change that is being made.
CREATE TABLE answers (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  key TEXT NOT NULL,
  asked TEXT NOT NULL,
  status INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account_id, key)
);
CREATE INDEX answers_at ON answers (at);
