-- +goose Up
-- What people say of a page: whether it counts, and under which petition; how it is held and
-- what its columns are, as JSON, by which it is read again.
ALTER TABLE pages ADD COLUMN excluded BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE pages ADD COLUMN counts_under TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN told TEXT NOT NULL DEFAULT '';
-- True of a page that is read again by a person's word, which stands above what was found before.
ALTER TABLE pages ADD COLUMN again BOOLEAN NOT NULL DEFAULT FALSE;

-- The repair that took a line out, empty for none; aside is true of such lines and of all on
-- pages that do not count here.
ALTER TABLE lines ADD COLUMN dropped TEXT NOT NULL DEFAULT '';
ALTER TABLE lines ADD COLUMN aside BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX lines_aside ON lines (upload_id, snapshot_id) WHERE aside;

-- What people put right on pages. Rows are only ever added, and marked as undone.
CREATE TABLE repairs (
  id TEXT NOT NULL PRIMARY KEY,
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  upload_id TEXT NOT NULL,
  page_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL,
  note TEXT NOT NULL,
  data TEXT NOT NULL,
  undone_by TEXT NOT NULL,
  undone_at INTEGER NOT NULL
);
CREATE INDEX repairs_petition ON repairs (petition_id, at, id);
