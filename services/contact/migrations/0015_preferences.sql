-- How, how often and about what people want to hear.
CREATE TABLE preference_topic (
  tenant_id          uuid NOT NULL,
  code               text NOT NULL COLLATE "C",
  title_tr           text NOT NULL,
  title_en           text NOT NULL,
  default_subscribed boolean NOT NULL,
  archive_time       timestamptz,
  create_time        timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, code)
);

-- One row of everybody who ever said something. Deleted with the person.
CREATE TABLE preference (
  tenant_id         uuid NOT NULL,
  contact_id        uuid NOT NULL,
  -- Codes of topics the person said yes and no of.
  topics_on         text[] NOT NULL,
  topics_off        text[] NOT NULL,
  messages_per_day  int NOT NULL,
  messages_per_week int NOT NULL,
  pause_until       timestamptz,
  preferred_channel smallint NOT NULL,
  -- In minutes after midnight on the person's clock; NULL both or none.
  quiet_start       int,
  quiet_end         int,
  -- Its own, beside the contact's that each change makes.
  version           bigint NOT NULL,
  update_time       timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
);

SELECT protect_tenant_rows('preference_topic', 'preference');
GRANT SELECT, INSERT, UPDATE ON preference_topic TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON preference TO ${service};
