-- +goose Up
-- Forms that people gave a name to: their headings and what their columns hold, as JSON, and a
-- picture of the headings, empty for none. They stay when petitions are purged: nothing of those
-- who signed is in them.
CREATE TABLE known_forms (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  said TEXT NOT NULL,
  picture BLOB NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
);
