-- Keys that see the contacts of a team; NULL: of everybody.
ALTER TABLE api_key ADD COLUMN team_id uuid;
