-- Where in the relationship people are, and how they got there: a line of history for each step, never changed.
ALTER TABLE contact ADD COLUMN lifecycle_stage smallint NOT NULL DEFAULT 0;

CREATE TABLE lifecycle_change (
  tenant_id       uuid NOT NULL,
  contact_id      uuid NOT NULL,
  -- The contact's, made by this step.
  contact_version bigint NOT NULL,
  from_stage      smallint NOT NULL,
  to_stage        smallint NOT NULL,
  reason          text NOT NULL,
  actor           text NOT NULL,
  change_time     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, contact_version)
);

SELECT protect_tenant_rows('lifecycle_change');
GRANT SELECT, INSERT ON lifecycle_change TO ${service};
