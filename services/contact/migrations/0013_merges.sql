-- Records that are a part of another since they were merged.
ALTER TABLE contact
  ADD COLUMN merged_into uuid,
  -- How many are a part of this one.
  ADD COLUMN absorbed int NOT NULL DEFAULT 0;

CREATE TABLE contact_merge (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  survivor_id uuid NOT NULL,
  merged_id   uuid NOT NULL,
  -- What the survivor shows of the merged one, a line each; services/contact/merge/merge.h says how they are named.
  taken       text NOT NULL,
  actor       text NOT NULL,
  create_time timestamptz NOT NULL,
  undo_actor  text NOT NULL DEFAULT '',
  undo_time   timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX contact_merge_once ON contact_merge (tenant_id, merged_id) WHERE undo_time IS NULL;
CREATE INDEX contact_merge_by_survivor ON contact_merge (tenant_id, survivor_id, id);
CREATE INDEX contact_merge_by_merged ON contact_merge (tenant_id, merged_id, id);

-- A survivor's own record, a vefa.contact.v1.OwnRecord. It names a person, and goes with them.
CREATE TABLE contact_own (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  record     bytea NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0);

-- The state that holds instead of the one that was said, because of a merge; what was said stays beside it.
ALTER TABLE consent_state
  ADD COLUMN merge_state smallint,
  ADD COLUMN merge_time  timestamptz;

DROP INDEX contact_erased;
-- contract: few are erased or merged, so it takes no time; a list counts everybody less these.
CREATE INDEX contact_gone ON contact (tenant_id, id) WHERE erase_time IS NOT NULL OR merged_into IS NOT NULL;

SELECT protect_tenant_rows('contact_merge', 'contact_own');
GRANT SELECT, INSERT, UPDATE ON contact_merge TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_own TO ${service};
-- A row that only a merge made goes with it.
GRANT DELETE ON consent_state TO ${service};
-- The unsubscribe handler restricts a survivor by what was said of the merged one.
GRANT SELECT ON contact_merge, contact_own TO ${pump};
GRANT DELETE ON consent_state TO ${pump};
