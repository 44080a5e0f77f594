-- How somebody looks at a list, kept under a name.
CREATE TABLE saved_view (
  tenant_id    uuid NOT NULL REFERENCES tenant (id),
  id           uuid NOT NULL,
  -- `users/{uuid}` or `apiKeys/{uuid}`.
  owner        text NOT NULL COLLATE "C",
  display_name text NOT NULL,
  resource     text NOT NULL,
  query        text NOT NULL,
  filter       text NOT NULL,
  order_by     text NOT NULL,
  -- Separated by blanks; none holds one.
  columns      text NOT NULL,
  -- 1 its owner's, 2 everybody's in a team with him, 3 everybody's.
  scope        smallint NOT NULL CHECK (scope BETWEEN 1 AND 3),
  version      bigint NOT NULL,
  create_time  timestamptz NOT NULL,
  update_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT saved_view_name_key UNIQUE (tenant_id, owner, resource, display_name)
);
SELECT protect_tenant_rows('saved_view');
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO ${service};
