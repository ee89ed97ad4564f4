-- +goose Up
CREATE TABLE events (
  id TEXT NOT NULL PRIMARY KEY,
  of TEXT NOT NULL,
  subject TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  on_day INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  words TEXT NOT NULL,
  undoes TEXT REFERENCES events (id),
  UNIQUE (of, subject, seq)
);
