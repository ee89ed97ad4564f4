-- +goose Up
-- A membership export that did harm can be withdrawn; zero: it was not.
ALTER TABLE snapshots ADD COLUMN withdrawn_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN withdrawn_by TEXT NOT NULL DEFAULT '';
-- The sheet of a workbook that a person chose.
ALTER TABLE snapshots ADD COLUMN sheet TEXT NOT NULL DEFAULT '';

-- What a petition was verified against, in the order in which it was chosen, so that it can go
-- back to the one before.
CREATE TABLE petition_snapshots (
  petition_id TEXT NOT NULL REFERENCES petitions (id),
  seq INTEGER NOT NULL,
  snapshot_id TEXT NOT NULL REFERENCES snapshots (id),
  PRIMARY KEY (petition_id, seq),
  UNIQUE (petition_id, snapshot_id)
);
INSERT INTO petition_snapshots (petition_id, seq, snapshot_id) SELECT id, 1, snapshot_id FROM petitions WHERE snapshot_id IS NOT NULL;
