-- Consent by address: what was said of one of a person's addresses alone.
ALTER TABLE consent_log ADD COLUMN point_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';

-- The addresses of which something was said alone. The point may go and the address come back as another one: the hash knows it again.
CREATE TABLE consent_address (
  tenant_id    uuid NOT NULL,
  contact_id   uuid NOT NULL,
  point_id     uuid NOT NULL,
  kind         smallint NOT NULL,
  -- As in contact_point; NULL of kinds that have none.
  address_hash bytea,
  PRIMARY KEY (tenant_id, contact_id, point_id)
);

-- contract: two addresses may be spoken of at one moment. It reads the log once, and consents wait meanwhile; the release before writes as it did.
ALTER TABLE consent_log DROP CONSTRAINT consent_log_once,
  ADD CONSTRAINT consent_log_once UNIQUE (tenant_id, contact_id, purpose, channel, state, occur_time, point_id);

-- What a purpose is called, in the languages of those who read it.
ALTER TABLE purpose
  ADD COLUMN title_tr text NOT NULL DEFAULT '',
  ADD COLUMN title_en text NOT NULL DEFAULT '';

SELECT protect_tenant_rows('consent_address');
GRANT SELECT, INSERT, UPDATE, DELETE ON consent_address TO ${service};
GRANT SELECT, DELETE ON consent_address TO ${pump};
