-- +goose Up
-- To whom a petition is assigned, where not everybody sees all.
CREATE TABLE assignments (
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (petition_id, account_id)
);
CREATE INDEX assignments_account ON assignments (account_id, petition_id);
