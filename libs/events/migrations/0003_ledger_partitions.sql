-- The ledger in partitions of its id, appended to by one function, published by lanes.

-- Which life of this database an event belongs to: another after a restore to an earlier point, so
-- that readers see a new line of history and not a fork of the old one.
CREATE TABLE db_identity (
  one               boolean PRIMARY KEY DEFAULT true CHECK (one),
  incarnation       uuid NOT NULL,
  system_identifier bigint NOT NULL,
  timeline          int NOT NULL,
  begin_time        timestamptz NOT NULL DEFAULT now()
);
-- UUIDv7: a later life has a greater one.
CREATE FUNCTION new_incarnation() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' ||
          substr(replace(gen_random_uuid()::text, '-', ''), 14, 19))::uuid
$$;
-- The timeline of PostgreSQL's log grows with every recovery that ends in a new history.
CREATE FUNCTION current_timeline() RETURNS int LANGUAGE sql STABLE AS $$
  SELECT ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int
$$;
INSERT INTO db_identity (incarnation, system_identifier, timeline)
  SELECT new_incarnation(), system_identifier, current_timeline() FROM pg_control_system();
-- Begins a new life when the database was restored since the last look, or when told to. Returns it.
CREATE FUNCTION check_incarnation(renew boolean DEFAULT false) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  system bigint := (SELECT c.system_identifier FROM pg_control_system() c);
BEGIN
  UPDATE db_identity SET incarnation = new_incarnation(), system_identifier = system,
         timeline = current_timeline(), begin_time = now()
   WHERE renew OR (system_identifier, timeline) IS DISTINCT FROM (system, current_timeline());
  RETURN (SELECT incarnation FROM db_identity);
END $$;

-- The old table becomes the first partition: nothing is copied.
DROP TRIGGER event_log_to_outbox ON event_log;
DROP FUNCTION event_log_to_outbox();
ALTER TABLE event_log RENAME TO event_log_0;
ALTER INDEX event_log_version_key RENAME TO event_log_0_version_key;
ALTER TABLE event_log_0 ADD COLUMN causation_id uuid;
DROP POLICY by_tenant ON event_log_0;
DROP POLICY by_tenants ON event_log_0;
REVOKE ALL ON event_log_0 FROM ${service}, ${pump};

CREATE TABLE event_log (LIKE event_log_0 INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (id);
ALTER TABLE event_log ADD PRIMARY KEY (id);
COMMENT ON TABLE event_log IS 'Append-only, one row per event, by append_events alone; partitions are dropped whole.';

-- Partitions hold so many ids each; two are always ready beyond the present one.
CREATE TABLE event_log_partition (
  first_id bigint PRIMARY KEY,
  end_id   bigint NOT NULL UNIQUE,
  name     text NOT NULL
);
CREATE FUNCTION add_event_partition(first_id bigint, end_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text := 'event_log_' || first_id;
BEGIN
  IF to_regclass(name) IS NULL THEN
    EXECUTE format('CREATE TABLE %I (LIKE event_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id)', name);
    -- Two writers of one version: the second is refused.
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (tenant_id, subject, aggregate_version)', name || '_version_key', name);
  END IF;
  -- Seen only through the ledger itself.
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE event_log ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, first_id, end_id);
  INSERT INTO event_log_partition VALUES (first_id, end_id, name);
END $$;
REVOKE ALL ON FUNCTION add_event_partition FROM PUBLIC;
DO $$
DECLARE next bigint := (SELECT (max(id) / 10000000 + 1) * 10000000 FROM event_log_0);
BEGIN
  next := coalesce(next, 10000000);
  PERFORM add_event_partition(0, next);
  PERFORM add_event_partition(next, next + 10000000);
  PERFORM add_event_partition(next + 10000000, next + 20000000);
END $$;

ALTER TABLE outbox_pending ADD COLUMN lane smallint NOT NULL DEFAULT 0;
ALTER TABLE outbox_pending ALTER COLUMN lane DROP DEFAULT;

-- What a writer asks to be recorded.
CREATE TYPE event_draft AS (
  tenant_id         uuid,
  subject           text,
  aggregate_version bigint,
  event_id          uuid,
  event_type        text,
  occur_time        timestamptz,
  traceparent       text,
  causation_id      uuid,
  payload           bytea
);
-- The only way into the ledger. Called in the statement that changed the aggregates, with what it
-- returned, so that the aggregates are locked before the ids are drawn. Returns how many were
-- recorded. Order matters only within a lane, and a subject is always of one lane.
CREATE FUNCTION append_events(drafts event_draft[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE recorded bigint;
BEGIN
  WITH logged AS (
    INSERT INTO event_log (tenant_id, subject, aggregate_version, event_id, event_type, occur_time, traceparent,
                           causation_id, payload)
    SELECT d.tenant_id, d.subject, d.aggregate_version, d.event_id, d.event_type, d.occur_time,
           coalesce(d.traceparent, ''), d.causation_id, d.payload
      FROM unnest(drafts) WITH ORDINALITY d
     ORDER BY d.ordinality
    RETURNING id, tenant_id, subject)
  INSERT INTO outbox_pending (id, tenant_id, lane)
  SELECT id, tenant_id, hashtextextended(subject, 0) & 63 FROM logged;
  GET DIAGNOSTICS recorded = ROW_COUNT;
  RETURN recorded;
END $$;

-- The function works as the owner, who is held by row-level security as well: to the tenant of the
-- call or the tenants of the batch.
SELECT protect_tenant_rows('event_log');
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['event_log', 'outbox_pending'] LOOP
    EXECUTE format('CREATE POLICY by_append ON %I FOR INSERT TO CURRENT_USER WITH CHECK ('
                   ' tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid)'
                   ' OR tenant_id = ANY ((SELECT nullif(current_setting(''app.tenants'', true), '''')::uuid[])::uuid[]))', name);
    EXECUTE format('CREATE POLICY by_append_seen ON %I FOR SELECT TO CURRENT_USER USING ('
                   ' tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid)'
                   ' OR tenant_id = ANY ((SELECT nullif(current_setting(''app.tenants'', true), '''')::uuid[])::uuid[]))', name);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION append_events, check_incarnation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_events TO ${service}, ${pump};
GRANT EXECUTE ON FUNCTION check_incarnation TO ${pump};
GRANT SELECT ON db_identity TO ${service}, ${pump};
GRANT SELECT ON event_log TO ${service}, ${pump};
REVOKE INSERT ON outbox_pending FROM ${service}, ${pump};
REVOKE USAGE ON SEQUENCE event_log_id_seq FROM ${service}, ${pump};
GRANT SELECT ON SEQUENCE event_log_id_seq TO ${pump};
