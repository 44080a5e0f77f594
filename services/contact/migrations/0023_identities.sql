-- By which other systems know people. Deleted with the person.
CREATE TABLE contact_identity (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  contact_id  uuid NOT NULL,
  source      text NOT NULL COLLATE "C",
  value       text NOT NULL COLLATE "C",
  -- Of a visitor whom nobody knows yet.
  anonymous   boolean NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT contact_identity_once UNIQUE (tenant_id, source, value)
);
CREATE INDEX contact_identity_by_contact ON contact_identity (tenant_id, contact_id, id);

SELECT protect_tenant_rows('contact_identity');
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_identity TO ${service};
