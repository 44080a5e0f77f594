-- As volatile as what it calls. Around something volatile, a stable function is planned anew at each call, twice in
-- each exchange of a relay; this one becomes part of the statement that calls it.
CREATE OR REPLACE FUNCTION current_timeline() RETURNS int LANGUAGE sql VOLATILE AS $$
  SELECT ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int
$$;
