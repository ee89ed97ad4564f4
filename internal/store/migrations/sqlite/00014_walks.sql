-- +goose Up
-- Of a screenful of lines that the program refused: why it refused them. Empty for lines with
-- one likely member each.
ALTER TABLE contact_sheets ADD COLUMN reason TEXT NOT NULL DEFAULT '';
