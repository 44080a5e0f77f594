-- How long people are kept, and who must be.

-- Since when somebody's data must be kept; whoever erases reads it under the lock of the row.
ALTER TABLE contact ADD COLUMN hold_time timestamptz;

-- Ended, never deleted. At most one stands about anybody.
CREATE TABLE legal_hold (
  tenant_id   uuid NOT NULL,
  contact_id  uuid NOT NULL,
  set_time    timestamptz NOT NULL,
  reason      text NOT NULL,
  set_by      text NOT NULL,
  lift_time   timestamptz,
  lift_reason text NOT NULL DEFAULT '',
  lifted_by   text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, contact_id, set_time)
);

CREATE TABLE retention_rule (
  tenant_id        uuid NOT NULL,
  code             text NOT NULL COLLATE "C",
  title            text NOT NULL,
  days             int NOT NULL,
  -- Empty: no consent at all.
  purpose          text NOT NULL,
  lifecycle_stages smallint[] NOT NULL,
  despite_consent  boolean NOT NULL,
  create_time      timestamptz NOT NULL,
  update_time      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, code)
);

-- When an order of somebody came last, as interaction tells. Times are never taken back.
CREATE TABLE contact_activity (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  last_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
);

-- The longest untouched first.
-- contract: the table is read once, which takes a second for a million contacts; they cannot be written that long.
CREATE INDEX contact_untouched ON contact (tenant_id, update_time, id) WHERE erase_time IS NULL AND merged_into IS NULL;

SELECT protect_tenant_rows('legal_hold', 'retention_rule', 'contact_activity');
GRANT SELECT, INSERT, UPDATE ON legal_hold TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON retention_rule TO ${service};
GRANT SELECT ON contact_activity TO ${service};
GRANT SELECT, INSERT, UPDATE ON contact_activity TO ${pump};
