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
-- UUIDv7: a later life has a greater one, also where the clock was put back since `last` began.
CREATE FUNCTION new_incarnation(last uuid DEFAULT NULL) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex(greatest((extract(epoch FROM clock_timestamp()) * 1000)::bigint,
                               ('x' || left(replace(last::text, '-', ''), 12))::bit(48)::bigint + 1)), 12, '0') || '7' ||
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
  UPDATE db_identity SET incarnation = new_incarnation(incarnation), system_identifier = system,
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

-- Which relays live, by this database's clock, and whose each lane is. A lease saves work: two relays on
-- one lane publish twice and lose nothing.
CREATE TABLE relay_member (
  member      uuid PRIMARY KEY,
  lease_until timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE relay_lane (
  lane   smallint PRIMARY KEY,
  member uuid
) WITH (fillfactor = 50);
INSERT INTO relay_lane (lane) SELECT generate_series(0, 63);
-- Renews a relay's lease, gives up what is beyond its fair share and takes what nobody alive has.
-- Returns its lanes as bits.
CREATE FUNCTION renew_relay_lanes(me uuid, lease_ms bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE share int;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('renew_relay_lanes'));
  INSERT INTO relay_member VALUES (me, clock_timestamp() + make_interval(secs => lease_ms / 1000.0))
  ON CONFLICT (member) DO UPDATE SET lease_until = excluded.lease_until;
  DELETE FROM relay_member WHERE lease_until < clock_timestamp();
  share := ceil(64.0 / (SELECT count(*) FROM relay_member));
  UPDATE relay_lane SET member = NULL
   WHERE lane IN (SELECT lane FROM relay_lane WHERE member = me ORDER BY lane OFFSET share);
  UPDATE relay_lane SET member = me
   WHERE lane IN (SELECT l.lane FROM relay_lane l LEFT JOIN relay_member m USING (member) WHERE m.member IS NULL
                   ORDER BY l.lane LIMIT greatest(share - (SELECT count(*) FROM relay_lane WHERE member = me), 0));
  RETURN (SELECT coalesce(bit_or(1::bigint << lane::int), 0) FROM relay_lane WHERE member = me);
END $$;
CREATE FUNCTION leave_relay_lanes(me uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
  UPDATE relay_lane SET member = NULL WHERE member = me;
  DELETE FROM relay_member WHERE member = me;
$$;

-- Whether a partition may go: nothing of it waits for publication, and its newest event is that old.
CREATE FUNCTION is_partition_over(first_id bigint, end_id bigint, keep_days int) RETURNS boolean LANGUAGE sql AS $$
  SELECT NOT EXISTS (SELECT FROM outbox_pending p WHERE p.id >= first_id AND p.id < end_id)
     AND coalesce((SELECT l.record_time < clock_timestamp() - make_interval(days => keep_days) FROM event_log l
                    WHERE l.id >= first_id AND l.id < end_id ORDER BY l.id DESC LIMIT 1), true)
$$;
-- Keeps two partitions ahead of the present one and drops those that are over, oldest first, so that
-- what is left has no hole; 0 days keep for ever. Whatever is in use is left for the next time: no writer
-- waits longer than the timeout for this.
CREATE FUNCTION maintain_event_log(partition_size bigint, keep_days int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '300ms' AS $$
DECLARE
  newest bigint := (SELECT last_value FROM event_log_id_seq);
  edge   bigint;
  part   event_log_partition;
BEGIN
  -- The owner is held by row-level security as well and would see nothing pending.
  PERFORM set_config('app.relay', 'on', true);
  IF NOT pg_try_advisory_xact_lock(hashtext('maintain_event_log')) THEN RETURN; END IF;
  WHILE (SELECT count(*) FROM event_log_partition p WHERE p.first_id > newest) < 2 LOOP
    edge := (SELECT max(p.end_id) FROM event_log_partition p);
    PERFORM add_event_partition(edge, edge + partition_size);
  END LOOP;
  FOR part IN SELECT * FROM event_log_partition p WHERE p.end_id <= newest AND keep_days > 0 ORDER BY p.first_id LOOP
    EXIT WHEN NOT is_partition_over(part.first_id, part.end_id, keep_days);
    BEGIN
      LOCK TABLE ONLY event_log IN ACCESS EXCLUSIVE MODE;
      EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part.name);
      -- Asked again now that nobody can be in the middle of writing into it.
      EXIT WHEN NOT is_partition_over(part.first_id, part.end_id, keep_days);
      EXECUTE format('DROP TABLE %I', part.name);
      DELETE FROM event_log_partition p WHERE p.first_id = part.first_id;
    EXCEPTION WHEN lock_not_available THEN
      EXIT;
    END;
  END LOOP;
END $$;

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
-- A relay, and the upkeep, serve every tenant. Asked first and once per statement: a list of all tenants
-- would be searched for each row.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['event_log', 'outbox_pending'] LOOP
    EXECUTE format('CREATE POLICY by_relay ON %I TO ${pump}, CURRENT_USER'
                   ' USING ((SELECT current_setting(''app.relay'', true) = ''on'')) WITH CHECK (false)', name);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION append_events, check_incarnation, renew_relay_lanes, leave_relay_lanes, is_partition_over,
                       maintain_event_log FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_events TO ${service}, ${pump};
GRANT EXECUTE ON FUNCTION check_incarnation, renew_relay_lanes, leave_relay_lanes, maintain_event_log TO ${pump};
GRANT SELECT ON relay_member, relay_lane, event_log_partition TO ${pump};
GRANT SELECT ON db_identity TO ${service}, ${pump};
GRANT SELECT ON event_log TO ${service}, ${pump};
REVOKE INSERT ON outbox_pending FROM ${service}, ${pump};
REVOKE USAGE ON SEQUENCE event_log_id_seq FROM ${service}, ${pump};
GRANT SELECT ON SEQUENCE event_log_id_seq TO ${pump};
