-- What contacts are compared by, and the pairs that may be one person. Both follow from the records and can be made anew.
CREATE TABLE duplicate_key (
  tenant_id  uuid NOT NULL,
  key        bigint NOT NULL,
  contact_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, key, contact_id)
);
-- Which keys a contact has. An index of the other table could say so, too; but before that is analysed the planner takes the
-- one of the two for the other's question, and reads a tenant's keys for each contact.
CREATE TABLE duplicate_keys_of (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  keys       bigint[] NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
);

CREATE TABLE duplicate_candidate (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  first_id     uuid NOT NULL,
  second_id    uuid NOT NULL,
  score        double precision NOT NULL,
  -- Numbers of Duplicate.Reason.Kind.
  reasons      smallint[] NOT NULL,
  state        smallint NOT NULL,
  create_time  timestamptz NOT NULL,
  dismiss_time timestamptz,
  PRIMARY KEY (tenant_id, first_id, second_id),
  CONSTRAINT duplicate_candidate_id_key UNIQUE (tenant_id, id)
);
CREATE INDEX duplicate_candidate_by_second ON duplicate_candidate (tenant_id, second_id);
CREATE INDEX duplicate_candidate_by_score ON duplicate_candidate (tenant_id, state, score, id);

SELECT protect_tenant_rows('duplicate_key', 'duplicate_keys_of', 'duplicate_candidate');
GRANT SELECT, DELETE ON duplicate_key, duplicate_keys_of TO ${service};
GRANT SELECT, UPDATE, DELETE ON duplicate_candidate TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON duplicate_key, duplicate_keys_of TO ${pump};
GRANT SELECT, INSERT, UPDATE, DELETE ON duplicate_candidate TO ${pump};
