-- +goose Up
-- Screenfuls of lines with one likely member each, as they were shown to a person, with the
-- wrong names among them that measure the person.
CREATE TABLE contact_sheets (
  id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  seeds INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  items TEXT NOT NULL
);
CREATE INDEX contact_sheets_petition ON contact_sheets (petition_id, made_at, id);
