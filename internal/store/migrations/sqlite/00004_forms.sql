-- +goose Up
-- What the code on a printed sheet says: the petition it was printed for, which
-- page of how many it is.
ALTER TABLE pages ADD COLUMN form_petition TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN form_page INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN form_of INTEGER NOT NULL DEFAULT 0;

-- The petition under which a page counts where that is another one by its code.
ALTER TABLE pages ADD COLUMN filed_under TEXT NOT NULL DEFAULT '';

-- True of a file of which a petition has only the pages that were filed under it.
ALTER TABLE uploads ADD COLUMN referred BOOLEAN NOT NULL DEFAULT FALSE;
