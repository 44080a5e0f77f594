-- What people are interested in: every signal once, and of each topic and kind the sum of what is left of their weights.
CREATE TABLE interest_signal (
  tenant_id      uuid NOT NULL,
  contact_id     uuid NOT NULL,
  -- The caller's, so that a signal that is sent again is known.
  id             uuid NOT NULL,
  topic          text NOT NULL COLLATE "C",
  kind           smallint NOT NULL,
  -- 0 of one that says that the person is not interested.
  weight         float8 NOT NULL,
  source         text NOT NULL,
  occur_time     timestamptz NOT NULL,
  record_time    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, id)
);

CREATE TABLE interest (
  tenant_id      uuid NOT NULL,
  contact_id     uuid NOT NULL,
  topic          text NOT NULL COLLATE "C",
  kind           smallint NOT NULL,
  -- At last_time; half of it a half-life later. So no reader needs the signals.
  sum            float8 NOT NULL,
  last_time      timestamptz NOT NULL,
  half_life_days float8 NOT NULL,
  not_interested boolean NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, topic, kind)
);

-- What the tenant set otherwise than the product. Topic '': every topic without its own.
CREATE TABLE interest_half_life (
  tenant_id      uuid NOT NULL,
  topic          text NOT NULL COLLATE "C",
  kind           smallint NOT NULL,
  days           float8 NOT NULL,
  PRIMARY KEY (tenant_id, topic, kind)
);

SELECT protect_tenant_rows('interest_signal', 'interest', 'interest_half_life');
GRANT SELECT, INSERT, DELETE ON interest_signal TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON interest, interest_half_life TO ${service};
