-- +goose Up
-- What is open on a page until a person settles it. By is empty while nobody has.
CREATE TABLE open_points (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  petition_id TEXT COLLATE "C" NOT NULL REFERENCES petitions (id),
  upload_id TEXT COLLATE "C" NOT NULL REFERENCES uploads (id),
  page_id TEXT COLLATE "C" NOT NULL REFERENCES pages (id),
  kind TEXT COLLATE "C" NOT NULL,
  text TEXT COLLATE "C" NOT NULL,
  box TEXT COLLATE "C" NOT NULL,
  settled TEXT COLLATE "C" NOT NULL,
  line_id TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  by TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX open_points_petition ON open_points (petition_id, settled);
CREATE INDEX open_points_page ON open_points (page_id);

-- The account that added a line which the program did not find; empty for the others.
ALTER TABLE lines ADD COLUMN added_by TEXT COLLATE "C" NOT NULL DEFAULT '';
