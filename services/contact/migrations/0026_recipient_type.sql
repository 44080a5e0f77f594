-- As what the one who is reached there is registered, a private person or a merchant: some laws let merchants have commercial messages unasked.
ALTER TABLE contact_point ADD COLUMN recipient_type smallint NOT NULL DEFAULT 0;
