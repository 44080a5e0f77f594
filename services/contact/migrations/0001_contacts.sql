CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE contact (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  external_id  text NOT NULL COLLATE "C",
  display_name text NOT NULL,
  email        text NOT NULL,
  language     text NOT NULL,
  source       text NOT NULL,
  -- Name, address and external id, folded by libs/text for search.
  search_text  text NOT NULL,
  -- Grows with every event of the contact, its consents' included.
  version      bigint NOT NULL,
  create_time  timestamptz NOT NULL,
  update_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT contact_external_id_key UNIQUE (tenant_id, external_id)
);
CREATE INDEX contact_by_create_time ON contact (tenant_id, create_time, id);
CREATE INDEX contact_by_display_name ON contact (tenant_id, display_name COLLATE "tr-x-icu", id);
CREATE INDEX contact_by_search_text ON contact USING gin (search_text gin_trgm_ops);

-- What people said, line by line: never updated, never deleted.
CREATE TABLE consent_log (
  tenant_id   uuid NOT NULL,
  contact_id  uuid NOT NULL,
  line        bigint GENERATED ALWAYS AS IDENTITY,
  purpose     text NOT NULL,
  channel     smallint NOT NULL,
  state       smallint NOT NULL,
  source      text NOT NULL,
  occur_time  timestamptz NOT NULL,
  record_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, line),
  CONSTRAINT consent_log_once UNIQUE (tenant_id, contact_id, purpose, channel, state, occur_time)
);

-- The present state per purpose and channel: the latest line by occur_time.
CREATE TABLE consent_state (
  tenant_id   uuid NOT NULL,
  contact_id  uuid NOT NULL,
  purpose     text NOT NULL,
  channel     smallint NOT NULL,
  state       smallint NOT NULL,
  source      text NOT NULL,
  occur_time  timestamptz NOT NULL,
  record_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, purpose, channel)
);

SELECT protect_tenant_rows('contact', 'consent_log', 'consent_state');
GRANT SELECT, INSERT, UPDATE ON contact, consent_state TO ${service}, ${pump};
GRANT SELECT, INSERT ON consent_log TO ${service}, ${pump};
