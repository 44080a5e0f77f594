-- What campaign knows of people, from the events of contact and interaction alone. Topics come in
-- any order between each other: a row may begin with a score or an order, and counts only once its
-- contact is known.
CREATE TABLE contact_state (
  tenant_id   uuid NOT NULL,
  contact_id  uuid NOT NULL,
  -- contact.created has arrived.
  known       boolean NOT NULL,
  -- A score has arrived.
  scored      boolean NOT NULL,
  language    text COLLATE "C",
  source      text COLLATE "C",
  order_count bigint NOT NULL,
  frequency               double precision,
  recency_weeks           double precision,
  age_weeks               double precision,
  mean_value              double precision,
  p_alive                 double precision,
  p_buy_90d               double precision,
  expected_purchases      double precision,
  expected_value          double precision,
  residual_lifetime_value double precision,
  PRIMARY KEY (tenant_id, contact_id)
) WITH (fillfactor = 80);

-- The present state per purpose and channel: the latest by the time it was said.
CREATE TABLE contact_consent (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  purpose    text NOT NULL COLLATE "C",
  channel    smallint NOT NULL,
  state      smallint NOT NULL,
  occur_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, purpose, channel)
);

SELECT protect_tenant_rows('contact_state', 'contact_consent');
GRANT SELECT ON contact_state, contact_consent TO ${service};
GRANT SELECT, INSERT, UPDATE ON contact_state, contact_consent TO ${pump};
