-- What the files of this folder share. Every value follows from its number, so that two fillings are the same.

-- Ten tenths of the rows: one tenant has three, seven have one each.
CREATE FUNCTION fill_tenant(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT ('0197000000007000800000000000000' || greatest(n % 10 - 2, 0))::uuid
$$;
-- The n-th id of its kind: time-ordered, as ours are.
CREATE FUNCTION fill_id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(1750000000000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid
$$;
-- Half a minute apart: a million of them are a year.
CREATE FUNCTION fill_time(n bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT '2025-06-15 00:00:00+00'::timestamptz + n * interval '30 seconds'
$$;
INSERT INTO tenant (id, slug) SELECT fill_tenant(n), 'fill-' || n FROM generate_series(2, 9) n;

-- Large tables are filled without log and without indexes, which are made afterwards: a third of the time.
CREATE TABLE fill_later (ord int GENERATED ALWAYS AS IDENTITY, statement text NOT NULL);
CREATE FUNCTION fill_begin(VARIADIC tables regclass[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE item record;
BEGIN
  FOR item IN
    SELECT i.indrelid::regclass AS tab, i.indexrelid::regclass AS name, c.conname, pg_get_indexdef(i.indexrelid) AS indexdef,
           pg_get_constraintdef(c.oid) AS condef
      FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
     WHERE i.indrelid = ANY (tables) AND i.indrelid NOT IN (SELECT inhrelid FROM pg_inherits)
  LOOP
    INSERT INTO fill_later (statement)
    SELECT CASE WHEN item.conname IS NULL THEN item.indexdef
                ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', item.tab, item.conname, item.condef) END;
    EXECUTE CASE WHEN item.conname IS NULL THEN format('DROP INDEX %s', item.name)
                 ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', item.tab, item.conname) END;
  END LOOP;
  FOR item IN SELECT unnest(tables) AS tab LOOP
    EXECUTE format('ALTER TABLE %s SET UNLOGGED', item.tab);
  END LOOP;
END $$;
CREATE FUNCTION fill_end() RETURNS void LANGUAGE plpgsql AS $$
DECLARE item record;
BEGIN
  FOR item IN SELECT * FROM fill_later ORDER BY ord LOOP EXECUTE item.statement; END LOOP;
  DELETE FROM fill_later;
END $$;
