-- Of an audience is who stands for themselves: a contact that is a part of another is reached there.
ALTER TABLE contact_state ADD COLUMN merged boolean NOT NULL DEFAULT false;
