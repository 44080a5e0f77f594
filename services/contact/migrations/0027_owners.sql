-- Whoever sees the contacts of some users alone lists those: of each the newest first, or the oldest.
-- contract: the table is read once, which takes a second for a million contacts; only those with an owner are written.
CREATE INDEX contact_by_owner ON contact (tenant_id, owner_id, create_time, id) WHERE owner_id IS NOT NULL;
