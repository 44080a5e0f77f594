-- Records in full: names, phone, country, time zone, tags, the tenant's own fields, who answers for the relationship, and
-- every way to reach a person with a state of its own.
ALTER TABLE contact
  ADD COLUMN given_name  text NOT NULL DEFAULT '',
  ADD COLUMN family_name text NOT NULL DEFAULT '',
  -- The primary phone number, as `email` is the primary address: their points say the same.
  ADD COLUMN phone       text NOT NULL DEFAULT '',
  ADD COLUMN country     text NOT NULL DEFAULT '',
  ADD COLUMN time_zone   text NOT NULL DEFAULT '',
  ADD COLUMN tags        text[] NOT NULL DEFAULT '{}',
  -- Values by the keys of their definitions; of what shape, services/contact/attribute/attribute_json.cc says.
  ADD COLUMN attributes  jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN owner_id    uuid;

-- A contact's points are few and are written under the lock of its row.
CREATE TABLE contact_point (
  tenant_id   uuid NOT NULL,
  contact_id  uuid NOT NULL,
  id          uuid NOT NULL,
  kind        smallint NOT NULL,
  value       text NOT NULL COLLATE "C",
  label       text NOT NULL,
  state       smallint NOT NULL,
  is_primary  boolean NOT NULL,
  verify_time timestamptz,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, id)
);
-- Whose is this address?
CREATE INDEX contact_point_by_value ON contact_point (tenant_id, kind, value);

CREATE TABLE attribute_definition (
  tenant_id            uuid NOT NULL,
  key                  text NOT NULL COLLATE "C",
  title                text NOT NULL,
  type                 smallint NOT NULL,
  privacy              smallint NOT NULL,
  options              jsonb NOT NULL,
  minimum              double precision,
  maximum              double precision,
  length_max           int NOT NULL,
  reference_collection text NOT NULL,
  -- An object that holds it under `value`, or nothing.
  default_value        jsonb NOT NULL,
  archive_time         timestamptz,
  version              bigint NOT NULL,
  create_time          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key)
);

-- Addresses that are known already. The owner is held by row-level security, too, but for this moment. Whom an older release
-- writes during an upgrade gets a point at the next change.
ALTER TABLE contact NO FORCE ROW LEVEL SECURITY;
INSERT INTO contact_point (tenant_id, contact_id, id, kind, value, label, state, is_primary, create_time)
SELECT tenant_id, id, gen_random_uuid(), 1, email, '', 1, true, create_time FROM contact WHERE email <> '';
ALTER TABLE contact FORCE ROW LEVEL SECURITY;

SELECT protect_tenant_rows('contact_point', 'attribute_definition');
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_point TO ${service};
GRANT SELECT ON contact_point TO ${pump};
GRANT SELECT, INSERT, UPDATE ON attribute_definition TO ${service};
