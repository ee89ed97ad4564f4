-- +goose Up
-- What a token may be used for, and until when. Those that were made before there was a choice
-- hold for all, calendars included, until they are revoked.
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
