-- Consent as proof: what is known of a line beside who and what, the chain that seals it, and the purposes it is for.

-- What stays of a line for good is hashed; where it was said from is sealed under a key in pii_key, which goes with the person.
ALTER TABLE consent_log
  ADD COLUMN recipient_type smallint NOT NULL DEFAULT 0,
  ADD COLUMN capture_source text NOT NULL DEFAULT '',
  ADD COLUMN text_version int NOT NULL DEFAULT 0,
  ADD COLUMN form_hash bytea NOT NULL DEFAULT '',
  ADD COLUMN actor text NOT NULL DEFAULT '',
  ADD COLUMN origin_key_id uuid,
  ADD COLUMN origin_box bytea;
-- The line that made the state; NULL in rows of before, where the log knows it.
ALTER TABLE consent_state ADD COLUMN line bigint;

-- Lines that are in no chain yet; a row leaves in the transaction that seals its line.
CREATE TABLE consent_unsealed (
  tenant_id   uuid NOT NULL,
  line        bigint NOT NULL,
  contact_id  uuid NOT NULL,
  record_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, line)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Whoever appends a line has thereby asked for its seal: nobody can forget it.
CREATE FUNCTION consent_log_to_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO consent_unsealed (tenant_id, line, contact_id, record_time)
  SELECT tenant_id, line, contact_id, record_time FROM appended;
  RETURN NULL;
END $$;
CREATE TRIGGER consent_log_to_unsealed AFTER INSERT ON consent_log
  REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION consent_log_to_unsealed();

-- How far a tenant's chain goes. Whoever appends to it holds this row: one at a time, and nobody who writes consents.
CREATE TABLE consent_chain_head (
  tenant_id       uuid PRIMARY KEY,
  sequence        bigint NOT NULL,
  hash            bytea NOT NULL,
  seal_time       timestamptz NOT NULL,
  -- The last anchor: how far it goes, and the digest by which the next one names it.
  anchor_sequence bigint NOT NULL,
  anchor_digest   bytea NOT NULL
);

-- The chain: never updated, never deleted.
CREATE TABLE consent_chain (
  tenant_id  uuid NOT NULL,
  sequence   bigint NOT NULL,
  contact_id uuid NOT NULL,
  line       bigint NOT NULL,
  text_hash  bytea NOT NULL,
  commitment bytea NOT NULL,
  -- Of the line, without what it follows.
  digest     bytea NOT NULL,
  hash       bytea NOT NULL,
  -- The address at that moment, under the contact's secret; NULL when none was known.
  address_box bytea,
  seal_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, sequence)
);
CREATE INDEX consent_chain_by_contact ON consent_chain (tenant_id, contact_id, sequence);

-- The chain's end at the end of a day, signed.
CREATE TABLE consent_anchor (
  tenant_id   uuid NOT NULL,
  day         date NOT NULL,
  sequence    bigint NOT NULL,
  hash        bytea NOT NULL,
  previous    bytea NOT NULL,
  signature   bytea NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, sequence)
);

-- From which the salts of a contact's commitments are made, wrapped by the tenant's key. Destroyed with the person.
CREATE TABLE consent_secret (
  tenant_id      uuid NOT NULL,
  contact_id     uuid NOT NULL,
  wrapped_secret bytea NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0);

-- Which codes sealed lines name, whether they are declared or not.
CREATE TABLE consent_purpose (
  tenant_id uuid NOT NULL,
  code      text NOT NULL COLLATE "C",
  seal_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, code)
);

CREATE TABLE purpose (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  code           text NOT NULL COLLATE "C",
  title          text NOT NULL,
  lawful_basis   smallint NOT NULL,
  is_commercial  boolean NOT NULL,
  retention_days int NOT NULL,
  text_version   int NOT NULL,
  version        bigint NOT NULL,
  create_time    timestamptz NOT NULL,
  update_time    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT purpose_code_key UNIQUE (tenant_id, code)
);

-- What people agreed to, word by word: never updated, never deleted.
CREATE TABLE purpose_text (
  tenant_id    uuid NOT NULL,
  purpose_id   uuid NOT NULL,
  text_version int NOT NULL,
  language     text NOT NULL,
  body         text NOT NULL,
  text_hash    bytea NOT NULL,
  publish_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, purpose_id, text_version)
);

SELECT protect_tenant_rows('consent_unsealed', 'consent_chain_head', 'consent_chain', 'consent_anchor', 'consent_secret',
                           'consent_purpose', 'purpose', 'purpose_text');
GRANT INSERT ON consent_unsealed TO ${service};
GRANT SELECT, INSERT, DELETE ON consent_unsealed TO ${pump};
GRANT SELECT ON consent_chain_head, consent_chain, consent_anchor, consent_purpose TO ${service};
GRANT SELECT, INSERT, UPDATE ON consent_chain_head TO ${pump};
GRANT SELECT, INSERT ON consent_chain, consent_anchor, consent_secret, consent_purpose TO ${pump};
GRANT SELECT, DELETE ON consent_secret TO ${service};
GRANT SELECT ON pii_key TO ${pump};
GRANT SELECT, INSERT, UPDATE ON purpose TO ${service};
GRANT SELECT, INSERT ON purpose_text TO ${service};
GRANT SELECT ON purpose, purpose_text TO ${pump};

-- Lines of before are sealed like new ones. The owner is held by row-level security, too, but for this moment.
ALTER TABLE consent_log NO FORCE ROW LEVEL SECURITY;
ALTER TABLE consent_unsealed NO FORCE ROW LEVEL SECURITY;
INSERT INTO consent_unsealed (tenant_id, line, contact_id, record_time)
SELECT tenant_id, line, contact_id, record_time FROM consent_log;
ALTER TABLE consent_log FORCE ROW LEVEL SECURITY;
ALTER TABLE consent_unsealed FORCE ROW LEVEL SECURITY;
