-- Lines that are not to be crossed, about a party or a relationship by its resource name. A row is set once and may be
-- lifted once.
CREATE TABLE boundary (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  about       text NOT NULL COLLATE "C",
  -- A vefa.contact.v1.BoundaryRule.
  rule        bytea NOT NULL,
  reason      text NOT NULL,
  set_by      text NOT NULL,
  valid_from  timestamptz NOT NULL,
  valid_to    timestamptz,
  lift_time   timestamptz,
  lifted_by   text NOT NULL DEFAULT '',
  version     bigint NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX boundary_by_about ON boundary (tenant_id, about, id);

SELECT protect_tenant_rows('boundary');
GRANT SELECT, INSERT, UPDATE ON boundary TO ${service};
