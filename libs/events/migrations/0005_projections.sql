-- Projections are built anew and checked in a shadow: a schema with tables like the live ones, named
-- `shadow_<consumer>`. Only the functions here make, swap and drop them, and only for tables that a
-- migration declared, so that the pump, which may call them, cannot touch any other table.

CREATE TABLE projection_table (
  consumer   text NOT NULL COLLATE "C" CHECK (consumer ~ '^[a-z0-9][a-z0-9._-]{0,55}$'),
  table_name text NOT NULL COLLATE "C" CHECK (table_name ~ '^[a-z][a-z0-9_]{0,54}$'),
  PRIMARY KEY (consumer, table_name),
  -- A table is written by one projection.
  CONSTRAINT projection_table_owner UNIQUE (table_name)
);
GRANT SELECT ON projection_table TO ${service}, ${pump};

-- For migrations: says that tables are nothing but the fold of a consumer's events. Refuses what a
-- shadow could not replace one for one.
CREATE FUNCTION declare_projection(consumer text, VARIADIC tables text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; source regclass;
BEGIN
  FOREACH name IN ARRAY tables LOOP
    source := format('public.%I', name)::regclass;
    IF (SELECT relkind <> 'r' OR NOT relforcerowsecurity FROM pg_class WHERE oid = source) THEN
      RAISE EXCEPTION '% is no plain table protected by protect_tenant_rows', name;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                    WHERE i.indrelid = source AND i.indisprimary AND a.attname = 'tenant_id') THEN
      RAISE EXCEPTION '% has no primary key that begins with tenant_id', name;
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE (conrelid = source OR confrelid = source) AND contype = 'f')
       OR EXISTS (SELECT FROM pg_trigger WHERE tgrelid = source AND NOT tgisinternal)
       OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = source AND attnum > 0 AND NOT attisdropped
                     AND (attacl IS NOT NULL OR attidentity <> '' OR attgenerated <> '')) THEN
      RAISE EXCEPTION '% has foreign keys, triggers, generated columns or rights on columns', name;
    END IF;
    INSERT INTO projection_table (consumer, table_name) VALUES (consumer, name);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION declare_projection FROM PUBLIC;

CREATE FUNCTION shadow_schema(consumer text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'shadow_' || consumer $$;

-- A table like another of public: columns, checks, keys, indexes, storage, row-level security and rights, all
-- by the same names but for the suffix.
CREATE FUNCTION clone_table(source_name text, schema text, suffix text, is_logged boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  item record;
  source regclass := format('public.%I', source_name)::regclass;
  clone text := format('%I.%I', schema, source_name || suffix);
  options text := (SELECT string_agg(o, ', ') FROM pg_class c, unnest(c.reloptions) o WHERE c.oid = source);
BEGIN
  EXECUTE format('CREATE %s TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES)',
                 CASE WHEN is_logged THEN '' ELSE 'UNLOGGED' END, clone, source);
  IF options IS NOT NULL THEN EXECUTE format('ALTER TABLE %s SET (%s)', clone, options); END IF;
  FOR item IN SELECT conname, pg_get_constraintdef(oid) AS def FROM pg_constraint
               WHERE conrelid = source AND contype IN ('p', 'u', 'x') ORDER BY conname LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', clone, item.conname || suffix, item.def);
  END LOOP;
  FOR item IN SELECT c.relname, i.indisunique, pg_get_indexdef(i.indexrelid) AS def
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE i.indrelid = source AND NOT EXISTS (SELECT FROM pg_constraint k
                     WHERE k.conindid = i.indexrelid AND k.conrelid = source AND k.contype IN ('p', 'u', 'x')) LOOP
    EXECUTE format('CREATE %s INDEX %I ON %s%s', CASE WHEN item.indisunique THEN 'UNIQUE' ELSE '' END,
                   item.relname || suffix, clone, substr(item.def, strpos(item.def, ' USING ')));
  END LOOP;
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', clone);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', clone);
  FOR item IN SELECT polname, CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END AS kind,
                     CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                                 WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS command,
                     (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ')
                        FROM unnest(polroles) r) AS roles,
                     pg_get_expr(polqual, polrelid) AS qual, pg_get_expr(polwithcheck, polrelid) AS checked
                FROM pg_policy WHERE polrelid = source LOOP
    EXECUTE format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', item.polname, clone, item.kind, item.command, item.roles)
            || coalesce(' USING (' || item.qual || ')', '') || coalesce(' WITH CHECK (' || item.checked || ')', '');
  END LOOP;
  FOR item IN SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS role, a.privilege_type,
                     a.is_grantable
                FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = source AND a.grantee <> c.relowner LOOP
    EXECUTE format('GRANT %s ON %s TO %s', item.privilege_type, clone, item.role)
            || CASE WHEN item.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION clone_table FROM PUBLIC;

-- Drops what a run left behind, and nothing that somebody else hung on it.
CREATE FUNCTION drop_shadow(consumer text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  schema text := shadow_schema(consumer);
  name text;
BEGIN
  IF NOT EXISTS (SELECT FROM projection_table p WHERE p.consumer = drop_shadow.consumer) THEN
    RAISE EXCEPTION 'no projection of the consumer % is declared', consumer;
  END IF;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = schema LOOP
    EXECUTE format('DROP TABLE %I.%I', schema, name);
  END LOOP;
  EXECUTE format('DROP SCHEMA IF EXISTS %I', schema);
END $$;

-- Makes an empty shadow of a projection and of its watermarks. Beside them `<table>~live`, to hold what the
-- live ones were when the run began, `~parked`, the subjects at which the fold stands still, and
-- `~left_out`, those that cannot be verified. Returns the search path under which a handler works in the shadow.
CREATE FUNCTION make_shadow(consumer text, is_rebuild boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  schema text := shadow_schema(consumer);
  name text;
BEGIN
  PERFORM drop_shadow(consumer);
  EXECUTE format('CREATE SCHEMA %I', schema);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${pump}', schema);
  FOR name IN SELECT p.table_name FROM projection_table p WHERE p.consumer = make_shadow.consumer LOOP
    -- What is thrown away after the run need not survive a crash: it costs no write-ahead log.
    PERFORM clone_table(name, schema, '', is_rebuild);
    IF NOT is_rebuild THEN PERFORM clone_table(name, schema, '~live', false); END IF;
  END LOOP;
  PERFORM clone_table('applied_version', schema, '', false);
  PERFORM clone_table('applied_version', schema, '~live', false);
  EXECUTE format('CREATE UNLOGGED TABLE %I."~parked" (tenant_id uuid, subject text COLLATE "C", kind text NOT NULL,'
                 ' PRIMARY KEY (tenant_id, subject))', schema);
  EXECUTE format('CREATE UNLOGGED TABLE %I."~left_out" (tenant_id uuid, subject text COLLATE "C",'
                 ' PRIMARY KEY (tenant_id, subject))', schema);
  EXECUTE format('GRANT SELECT, INSERT ON %I."~parked", %I."~left_out" TO ${pump}', schema, schema);
  RETURN quote_ident(schema) || ', public';
END $$;

-- Collects the planner's statistics, which a new table does not have and a swapped one needs at once.
CREATE FUNCTION analyze_shadow(consumer text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE name text;
BEGIN
  FOR name IN SELECT p.table_name FROM projection_table p WHERE p.consumer = analyze_shadow.consumer LOOP
    EXECUTE format('ANALYZE %I.%I', shadow_schema(consumer), name);
  END LOOP;
END $$;

-- Puts the shadow's tables in the place of the live ones, which are dropped. Readers wait for the end
-- of the transaction and then see the new ones. Gives up after two seconds behind a long reader, so
-- that others do not queue behind it.
CREATE FUNCTION swap_shadow(consumer text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  schema text := shadow_schema(consumer);
  names text[] := ARRAY(SELECT p.table_name FROM projection_table p WHERE p.consumer = swap_shadow.consumer ORDER BY 1);
  name text;
  live regclass;
  shadow regclass;
BEGIN
  IF names = '{}' THEN RAISE EXCEPTION 'no projection of the consumer % is declared', consumer; END IF;
  FOREACH name IN ARRAY names LOOP
    EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', name);
  END LOOP;
  FOREACH name IN ARRAY names LOOP
    -- A migration may have come in between.
    live := format('public.%I', name)::regclass;
    shadow := format('%I.%I', schema, name)::regclass;
    IF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid IN (live, shadow) AND a.attnum > 0 AND NOT a.attisdropped
                GROUP BY a.attname, a.atttypid, a.attnotnull HAVING count(*) <> 2) THEN
      RAISE EXCEPTION 'the table % changed while its shadow was filled', name;
    END IF;
    EXECUTE format('DROP TABLE public.%I', name);
    EXECUTE format('ALTER TABLE %I.%I SET SCHEMA public', schema, name);
  END LOOP;
END $$;

-- Every tenant whose events a consumer may have applied: the known ones, and any it met all the same.
CREATE POLICY by_owner_seen ON applied_version FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION projection_tenants(consumer text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM tenant UNION SELECT DISTINCT a.tenant_id FROM applied_version a WHERE a.consumer = projection_tenants.consumer
$$;
REVOKE ALL ON FUNCTION drop_shadow, make_shadow, analyze_shadow, swap_shadow, projection_tenants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_shadow, make_shadow, analyze_shadow, swap_shadow, projection_tenants TO ${pump};

-- Events an operator gave up for a consumer. A fold passes over them as the live consumer did.
CREATE TABLE skipped_event (
  consumer  text NOT NULL COLLATE "C",
  tenant_id uuid NOT NULL,
  subject   text NOT NULL COLLATE "C",
  version   bigint NOT NULL,
  skip_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, tenant_id, subject, version)
);
SELECT protect_tenant_rows('skipped_event');
GRANT SELECT ON skipped_event TO ${service};
GRANT SELECT, INSERT, DELETE ON skipped_event TO ${pump};

-- Rebuildings and verifications: those asked for, the one at work, and what came of them.
CREATE TABLE projection_run (
  id                    uuid PRIMARY KEY,
  consumer              text NOT NULL COLLATE "C",
  -- As in vefa.event.v1.ProjectionRun: 1 rebuild, 2 verify; 1 ledger, 2 Kafka; 1 queued, 2 running, 3 done, 4 failed.
  kind                  smallint NOT NULL,
  read_from             smallint NOT NULL,
  state                 smallint NOT NULL,
  events                bigint NOT NULL DEFAULT 0,
  rows_compared         bigint NOT NULL DEFAULT 0,
  rows_missing          bigint NOT NULL DEFAULT 0,
  rows_unexpected       bigint NOT NULL DEFAULT 0,
  subjects_unverifiable bigint NOT NULL DEFAULT 0,
  error                 text NOT NULL DEFAULT '',
  differences           text[] NOT NULL DEFAULT '{}',
  create_time           timestamptz NOT NULL DEFAULT now(),
  finish_time           timestamptz,
  -- Who works on it and until when, by the database's clock; how often somebody began.
  lease_owner           uuid,
  lease_until           timestamptz NOT NULL DEFAULT '-infinity',
  attempts              int NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
-- One at a time per projection; of one kind, one that waits.
CREATE UNIQUE INDEX projection_run_running ON projection_run (consumer) WHERE state = 2;
CREATE UNIQUE INDEX projection_run_queued ON projection_run (consumer, kind, read_from) WHERE state = 1;
CREATE INDEX projection_run_by_time ON projection_run (consumer, kind, create_time);
GRANT SELECT ON projection_run TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON projection_run TO ${pump};
