-- The same tables in every service's database: who the tenants are, what happened, what is still
-- to be published, and how far each consumer has read.

CREATE TABLE tenant (
  id          uuid PRIMARY KEY,
  slug        text NOT NULL UNIQUE,
  create_time timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON tenant TO ${service}, ${pump};

-- Row-level security of tables with a tenant_id, the same everywhere: a call of the service sees the
-- one tenant it is for, a batch of the pump those of its events. Forced, so the owner is held too.
CREATE FUNCTION protect_tenant_rows(VARIADIC names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY names LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY by_tenant ON %I TO ${service}'
                   ' USING (tenant_id = (SELECT current_setting(''app.tenant'')::uuid))', name);
    EXECUTE format('CREATE POLICY by_tenants ON %I TO ${pump}'
                   ' USING (tenant_id = ANY ((SELECT current_setting(''app.tenants'')::uuid[])::uuid[]))', name);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION protect_tenant_rows FROM PUBLIC;

-- The ledger: append-only, one row per event, never updated. Its id is drawn after the aggregate's
-- row was locked, so for one subject the order of ids is the order of versions.
CREATE SEQUENCE event_log_id_seq CACHE 1;
CREATE TABLE event_log (
  id                bigint NOT NULL DEFAULT nextval('event_log_id_seq') PRIMARY KEY,
  tenant_id         uuid NOT NULL,
  subject           text NOT NULL,
  aggregate_version bigint NOT NULL CHECK (aggregate_version > 0),
  event_id          uuid NOT NULL,
  event_type        text NOT NULL,
  occur_time        timestamptz NOT NULL,
  record_time       timestamptz NOT NULL DEFAULT clock_timestamp(),
  traceparent       text NOT NULL DEFAULT '',
  -- Larger than Kafka's message.max.bytes allows is refused here, when it is written.
  payload           bytea NOT NULL CHECK (octet_length(payload) <= 921600)
);
CREATE UNIQUE INDEX event_log_version_key ON event_log (tenant_id, subject, aggregate_version);

-- Pointers to what Kafka has not acknowledged; a row leaves only after the acknowledgement.
CREATE TABLE outbox_pending (
  id        bigint PRIMARY KEY,
  tenant_id uuid NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Whoever appends to the ledger has thereby asked for publication: nobody can forget it.
CREATE FUNCTION event_log_to_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox_pending (id, tenant_id) SELECT id, tenant_id FROM appended;
  RETURN NULL;
END $$;
CREATE TRIGGER event_log_to_outbox AFTER INSERT ON event_log
  REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION event_log_to_outbox();

SELECT protect_tenant_rows('event_log', 'outbox_pending');
GRANT SELECT, INSERT ON event_log TO ${service}, ${pump};
GRANT USAGE ON SEQUENCE event_log_id_seq TO ${service}, ${pump};
GRANT SELECT, INSERT ON outbox_pending TO ${service};
GRANT SELECT, INSERT, DELETE ON outbox_pending TO ${pump};

-- How far a consumer has read each partition; compared and moved in the transaction of the effect.
CREATE TABLE consumer_position (
  consumer    text NOT NULL,
  topic       text NOT NULL,
  part        int NOT NULL,
  next_offset bigint NOT NULL,
  update_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, topic, part)
);
-- The last version applied per subject: repeats are dropped, holes are noticed.
CREATE TABLE applied_version (
  consumer  text NOT NULL,
  tenant_id uuid NOT NULL,
  subject   text NOT NULL,
  version   bigint NOT NULL,
  event_id  uuid NOT NULL,
  PRIMARY KEY (consumer, tenant_id, subject)
) WITH (fillfactor = 70);
-- Events that could not be applied, and every later one of the same subject.
CREATE TABLE parked_event (
  consumer  text NOT NULL,
  tenant_id uuid NOT NULL,
  subject   text NOT NULL,
  version   bigint NOT NULL,
  topic     text NOT NULL,
  part      int NOT NULL,
  off       bigint NOT NULL,
  event_id  uuid NOT NULL,
  reason    text NOT NULL,
  payload   bytea NOT NULL,
  park_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, tenant_id, subject, version)
);
SELECT protect_tenant_rows('applied_version', 'parked_event');
GRANT SELECT, INSERT, UPDATE, DELETE ON consumer_position, applied_version, parked_event TO ${pump};
GRANT SELECT ON consumer_position, parked_event TO ${service};
