-- Every schema an event of ours ever pointed to, by the hash that `ce_dataschema` carries. Of no tenant.
CREATE TABLE event_schema (
  message        text NOT NULL,
  hash           text NOT NULL,
  descriptor_set bytea NOT NULL,
  create_time    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (message, hash)
);
GRANT SELECT, INSERT ON event_schema TO ${service};
