-- Keys of the boxes in which personal data travel. Destroying a key is deleting its row.

-- One key per tenant, wrapped by the key file; it wraps the tenant's other keys.
CREATE TABLE tenant_key (
  tenant_id   uuid PRIMARY KEY,
  wrapped_key bytea NOT NULL,
  create_time timestamptz NOT NULL
);

-- A fresh key for each write of a contact's record, wrapped by the tenant's key. A destroyed one must
-- leave the table's files soon, so a single dead row is reason enough to vacuum.
CREATE TABLE pii_key (
  tenant_id   uuid NOT NULL,
  key_id      uuid NOT NULL,
  contact_id  uuid NOT NULL,
  wrapped_key bytea NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0);
-- What must be destroyed with a person.
CREATE INDEX pii_key_by_contact ON pii_key (tenant_id, contact_id);

SELECT protect_tenant_rows('tenant_key', 'pii_key');
GRANT SELECT, INSERT ON tenant_key TO ${service};
GRANT SELECT, INSERT, DELETE ON pii_key TO ${service};

-- An erased contact keeps its id, its versions and its consents, and nothing that names anybody.
ALTER TABLE contact ADD COLUMN erase_time timestamptz;
ALTER TABLE contact ADD COLUMN keys_destroyed int NOT NULL DEFAULT 0;

-- Answers to CreateContact that were stored before they said whom they are about: the contact's name is
-- their first field. The owner is held by row-level security, too, but for this moment.
ALTER TABLE idempotency NO FORCE ROW LEVEL SECURITY;
UPDATE idempotency SET subject = convert_from(substr(response, 3, 45), 'UTF8')
 WHERE method = 'CreateContact' AND substr(response, 1, 11) = '\x0a2d'::bytea || 'contacts/'::bytea;
ALTER TABLE idempotency FORCE ROW LEVEL SECURITY;
