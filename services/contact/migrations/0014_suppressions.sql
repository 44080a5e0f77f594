-- Addresses that are not to be written to, as hashes under a key that is not in here: they outlive whoever had them.

-- The hash of an address, of e-mail and telephone numbers; NULL of other kinds, and in rows that the sweep has not come to yet.
ALTER TABLE contact_point ADD COLUMN address_hash bytea;
-- Those of the primary addresses, so that who asks whether somebody may be written to reads one row.
ALTER TABLE contact ADD COLUMN email_hash bytea, ADD COLUMN phone_hash bytea;
-- What the sweep has to do; empty once it was through. 1, 2 and 3 are e-mail, telephone and WhatsApp.
-- contract: the table is read once, which takes a second for a million points; contacts cannot be written that long.
CREATE INDEX contact_point_without_hash ON contact_point (tenant_id, contact_id, id)
  WHERE address_hash IS NULL AND kind IN (1, 2, 3);

-- Lifted, never deleted.
CREATE TABLE suppression (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  kind         smallint NOT NULL,
  address_hash bytea NOT NULL,
  -- Empty: every purpose.
  purpose      text NOT NULL COLLATE "C",
  reason       smallint NOT NULL,
  source       text NOT NULL,
  actor        text NOT NULL,
  create_time  timestamptz NOT NULL,
  lift_time    timestamptz,
  lift_reason  text NOT NULL DEFAULT '',
  lifted_by    text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id)
);
-- Each reason holds by itself: a complaint that is settled does not lift an erasure.
CREATE UNIQUE INDEX suppression_open_key ON suppression (tenant_id, address_hash, purpose, reason) WHERE lift_time IS NULL;
CREATE INDEX suppression_open ON suppression (tenant_id, id) WHERE lift_time IS NULL;

SELECT protect_tenant_rows('suppression');
GRANT SELECT, INSERT, UPDATE ON suppression TO ${service};
GRANT UPDATE ON contact_point TO ${pump};
