CREATE TABLE segment (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  slug         text NOT NULL COLLATE "C",
  display_name text NOT NULL,
  -- The caller's predicate, serialised, and its canonical form in words and as a hash.
  predicate    bytea NOT NULL,
  expression   text NOT NULL,
  hash         bytea NOT NULL,
  version      bigint NOT NULL,
  create_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT segment_slug_key UNIQUE (tenant_id, slug)
);

CREATE TABLE template (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  slug         text NOT NULL COLLATE "C",
  display_name text NOT NULL,
  -- One element per language, in the order of the languages.
  languages    text[] NOT NULL,
  subjects     text[] NOT NULL,
  texts        text[] NOT NULL,
  htmls        text[] NOT NULL,
  version      bigint NOT NULL,
  create_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT template_slug_key UNIQUE (tenant_id, slug)
);

SELECT protect_tenant_rows('segment', 'template');
GRANT SELECT, INSERT ON segment, template TO ${service};
GRANT SELECT ON template TO ${pump};
