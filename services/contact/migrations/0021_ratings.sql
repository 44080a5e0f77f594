-- How a tenant rates its contacts: scores, personas, rules of the lifecycle; and what came of it.
CREATE TABLE rating_definition (
  tenant_id   uuid NOT NULL,
  -- 1 a score, 2 a persona, 3 a rule of the lifecycle.
  kind        smallint NOT NULL,
  code        text NOT NULL COLLATE "C",
  version     int NOT NULL,
  -- The message of the contract.
  body        bytea NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, kind, code)
);

-- Every version there was; without a body the one that was deleted.
CREATE TABLE rating_definition_version (
  tenant_id   uuid NOT NULL,
  kind        smallint NOT NULL,
  code        text NOT NULL COLLATE "C",
  version     int NOT NULL,
  body        bytea,
  actor       text NOT NULL,
  change_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, kind, code, version)
);

-- Of each tenant that ever defined something: how far its contacts are rated by what is defined now.
CREATE TABLE rating_sweep (
  tenant_id   uuid PRIMARY KEY,
  -- Rated so far in this sweep, in the order of ids.
  swept_to    uuid NOT NULL,
  is_sweeping boolean NOT NULL,
  -- When the next one begins.
  next_time   timestamptz NOT NULL
);

-- Contacts that changed since they were rated.
CREATE TABLE rating_due (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
);

CREATE TABLE contact_score (
  tenant_id          uuid NOT NULL,
  contact_id         uuid NOT NULL,
  definition         text NOT NULL COLLATE "C",
  definition_version int NOT NULL,
  score              float8 NOT NULL,
  grade              text NOT NULL,
  -- What each rule is worth: [{"rule": "is-in-turkey", "points": 10}], those without points left out.
  shares             jsonb NOT NULL,
  count_time         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, definition)
);
CREATE INDEX contact_score_order ON contact_score (tenant_id, definition, score, contact_id);

CREATE TABLE contact_persona (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  persona    text NOT NULL COLLATE "C",
  is_primary boolean NOT NULL,
  match_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, persona)
);

ALTER TABLE lifecycle_change ADD COLUMN rule text NOT NULL DEFAULT '';

-- Since when somebody is a customer, and on which day of the year that was, as 32 × month + day in UTC.
CREATE TABLE customer_tenure (
  tenant_id      uuid NOT NULL,
  contact_id     uuid NOT NULL,
  customer_since timestamptz NOT NULL,
  year_day       smallint NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
);
CREATE INDEX customer_tenure_day ON customer_tenure (tenant_id, year_day);

-- The owner is held by row-level security, too, but for this moment.
ALTER TABLE lifecycle_change NO FORCE ROW LEVEL SECURITY;
INSERT INTO customer_tenure (tenant_id, contact_id, customer_since, year_day)
SELECT tenant_id, contact_id, min(change_time),
       32 * extract(month FROM min(change_time) AT TIME ZONE 'UTC') + extract(day FROM min(change_time) AT TIME ZONE 'UTC')
  FROM lifecycle_change WHERE to_stage BETWEEN 4 AND 7 GROUP BY 1, 2;
ALTER TABLE lifecycle_change FORCE ROW LEVEL SECURITY;

SELECT protect_tenant_rows('rating_definition', 'rating_definition_version', 'rating_sweep', 'rating_due', 'contact_score',
                           'contact_persona', 'customer_tenure');
GRANT SELECT, INSERT, UPDATE, DELETE ON rating_definition, rating_sweep, rating_due, contact_score, contact_persona TO ${service};
GRANT SELECT, INSERT ON rating_definition_version TO ${service};
GRANT SELECT, INSERT, DELETE ON customer_tenure TO ${service};
GRANT SELECT ON rating_sweep TO ${pump};
GRANT SELECT, INSERT ON rating_due TO ${pump};
