-- One fit of the models and the scoring of every customer by it.
CREATE TABLE scoring_run (
  tenant_id     uuid NOT NULL,
  id            uuid NOT NULL,
  slug          text NOT NULL COLLATE "C",
  state         smallint NOT NULL,  -- 1 pending, 2 running, 3 succeeded, 4 failed
  progress      double precision NOT NULL DEFAULT 0,
  error         text NOT NULL DEFAULT '',
  as_of_date    date NOT NULL,
  horizon_weeks int NOT NULL,
  scored        int NOT NULL DEFAULT 0,
  -- BG/NBD; null until fitted. Kept from then on, so that a resumed run goes on with the same model.
  r             double precision,
  alpha         double precision,
  a             double precision,
  b             double precision,
  purchase_log_likelihood double precision,
  iterations    int,
  -- Gamma-Gamma.
  p             double precision,
  q             double precision,
  v             double precision,
  value_log_likelihood double precision,
  value_customers int,
  -- vefa.interaction.v1.Holdout, serialised; null where nothing happened after the as-of date.
  holdout       bytea,
  create_time   timestamptz NOT NULL,
  finish_time   timestamptz,
  -- Who works on it and until when, by the database's clock; and how often somebody began.
  lease_owner   uuid,
  lease_until   timestamptz NOT NULL DEFAULT '-infinity',
  attempts      int NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT scoring_run_slug_key UNIQUE (tenant_id, slug)
);
CREATE INDEX scoring_run_by_create_time ON scoring_run (tenant_id, create_time, id);
CREATE INDEX scoring_run_unfinished ON scoring_run (create_time, id) WHERE state IN (1, 2);
-- The runs of one tenant write the same scores: one at a time.
CREATE UNIQUE INDEX scoring_run_one_at_a_time ON scoring_run (tenant_id) WHERE state = 2;

-- What the last run says about a contact.
CREATE TABLE score (
  tenant_id          uuid NOT NULL,
  contact_id         uuid NOT NULL,
  model              text NOT NULL,
  scoring_run        text NOT NULL,
  as_of_date         date NOT NULL,
  currency           text NOT NULL,
  frequency          int NOT NULL,
  recency_weeks      double precision NOT NULL,
  age_weeks          double precision NOT NULL,
  mean_value         double precision NOT NULL,
  p_alive            double precision NOT NULL,
  p_buy_90d          double precision NOT NULL,
  expected_purchases double precision NOT NULL,
  expected_value     double precision NOT NULL,
  residual_lifetime_value double precision NOT NULL,
  version            bigint NOT NULL,
  update_time        timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
);

SELECT protect_tenant_rows('scoring_run', 'score');
GRANT SELECT, INSERT ON scoring_run TO ${service};
GRANT SELECT, UPDATE ON scoring_run TO ${pump};
GRANT SELECT ON score TO ${service};
GRANT SELECT, INSERT, UPDATE ON score TO ${pump};
