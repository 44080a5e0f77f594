-- Whose data may be kept and not used, as contact says; NULL until it said anything of that. Nobody restricted is counted, listed or written to.
ALTER TABLE contact_state ADD COLUMN restricted boolean;
