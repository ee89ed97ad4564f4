-- +goose Up
-- One link at most can be taken for each address, and one for the first administrator, whose
-- address is not known. Of those there are, the newest stays.
DELETE FROM invitations WHERE used_at = 0 AND EXISTS (
  SELECT 1 FROM invitations newer
  WHERE newer.email = invitations.email AND newer.used_at = 0 AND (
    newer.expires_at > invitations.expires_at
    OR newer.expires_at = invitations.expires_at AND newer.hash > invitations.hash)
);
CREATE UNIQUE INDEX invitations_live ON invitations (email) WHERE used_at = 0;
