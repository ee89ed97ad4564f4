-- +goose Up
-- What is open on a page until a person settles it. By is empty while nobody has.
CREATE TABLE open_points (
  id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  upload_id TEXT NOT NULL REFERENCES uploads (id),
  page_id TEXT NOT NULL REFERENCES pages (id),
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  box TEXT NOT NULL,
  settled TEXT NOT NULL,
  line_id TEXT NOT NULL,
  note TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX open_points_petition ON open_points (petition_id, settled);
CREATE INDEX open_points_page ON open_points (page_id);

-- The account that added a line which the program did not find; empty for the others.
ALTER TABLE lines ADD COLUMN added_by TEXT NOT NULL DEFAULT '';
