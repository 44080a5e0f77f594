-- The feed: every event of a tenant, of all services, in one order, numbered without gaps, kept by days.

CREATE TABLE feed_tenant (
  tenant_id   uuid PRIMARY KEY,
  -- The number of the newest event. Whoever raises it holds the row until the events are committed, so that
  -- numbers become visible in their order and who has read up to one has missed none before it.
  seq         bigint NOT NULL CHECK (seq > 0),
  -- The life of this database (db_identity) the newest number was given in.
  incarnation uuid NOT NULL,
  -- The day the newest event is kept under; never goes back, so that days are dropped in the order of numbers.
  day         date NOT NULL
) WITH (fillfactor = 50);

-- After which number each life of a feed began: what lies before is common to it and the life before it.
CREATE TABLE feed_life (
  tenant_id   uuid NOT NULL,
  incarnation uuid NOT NULL,
  begin_seq   bigint NOT NULL,
  PRIMARY KEY (tenant_id, incarnation)
);

CREATE TABLE feed_event (
  tenant_id      uuid NOT NULL,
  -- The day it came into the feed, whenever it was recorded: a replay of old events is not dropped at once.
  day            date NOT NULL,
  seq            bigint NOT NULL,
  event_id       uuid NOT NULL,
  event_type     text NOT NULL,
  subject        text NOT NULL,
  classification text NOT NULL,
  record_time    timestamptz NOT NULL,
  -- vefa.event.v1.Event without its cursor, serialised.
  envelope       bytea NOT NULL
) PARTITION BY LIST (day);

-- A day of the feed. Two that want to make the same one wait for each other.
CREATE FUNCTION add_feed_day(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE name text := 'feed_event_' || to_char(day, 'YYYYMMDD');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('feed_event', 0));
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE feed_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
  EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (tenant_id, seq)', name);
  EXECUTE format('CREATE UNIQUE INDEX %I ON %I (tenant_id, event_id)', name || '_event_key', name);
  -- Seen only through the feed itself.
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE feed_event ATTACH PARTITION %I FOR VALUES IN (%L)', name, day);
END $$;

-- Makes the days that come next and drops those older than `kept`. Waits for nobody for long: who is in the
-- way is met again the next time. Returns how many days were dropped.
CREATE FUNCTION keep_feed_days(today date, kept int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
  name    text;
  dropped int := 0;
BEGIN
  IF kept < 1 THEN RAISE EXCEPTION 'a feed keeps at least one day'; END IF;
  FOR ahead IN 0..2 LOOP
    PERFORM add_feed_day(today + ahead);
  END LOOP;
  PERFORM pg_advisory_xact_lock(hashtextextended('feed_event', 0));
  FOR name IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'feed_event'::regclass AND to_date(right(c.relname, 8), 'YYYYMMDD') < today - kept
               ORDER BY 1 LOOP
    EXECUTE format('DROP TABLE %I', name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
SELECT keep_feed_days((now() AT TIME ZONE 'UTC')::date, 7);

-- How far a reader with a name has come.
CREATE TABLE feed_subscription (
  tenant_id   uuid NOT NULL,
  name        text NOT NULL,
  seq         bigint NOT NULL,
  incarnation uuid NOT NULL,
  update_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, name)
) WITH (fillfactor = 50);

SELECT protect_tenant_rows('feed_tenant', 'feed_life', 'feed_event', 'feed_subscription');
GRANT SELECT ON feed_tenant, feed_life, feed_event TO ${service}, ${pump};
GRANT INSERT, UPDATE ON feed_tenant TO ${pump};
GRANT INSERT ON feed_life, feed_event TO ${pump};
GRANT SELECT, INSERT, UPDATE, DELETE ON feed_subscription TO ${service};
REVOKE ALL ON FUNCTION add_feed_day, keep_feed_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION add_feed_day, keep_feed_days TO ${pump};
