-- What people ask for by their rights. A request outlives the person: nothing in it names them but their id, once the note is emptied.
CREATE TABLE rights_request (
  tenant_id           uuid NOT NULL,
  id                  uuid NOT NULL,
  contact_id          uuid NOT NULL,
  kind                smallint NOT NULL,
  state               smallint NOT NULL,
  intake              smallint NOT NULL,
  receive_time        timestamptz NOT NULL,
  profile             text NOT NULL,
  profile_version     int NOT NULL,
  due_time            timestamptz NOT NULL,
  -- When the person was told that it takes longer, and why.
  extend_time         timestamptz,
  extend_reason       text NOT NULL DEFAULT '',
  identity_method     smallint NOT NULL DEFAULT 0,
  identity_checked_by text NOT NULL DEFAULT '',
  identity_time       timestamptz,
  -- Of an objection; none: to every purpose.
  purposes            text[] NOT NULL,
  note                text NOT NULL,
  close_time          timestamptz,
  close_reason        text NOT NULL DEFAULT '',
  version             bigint NOT NULL,
  create_time         timestamptz NOT NULL,
  update_time         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX rights_request_open ON rights_request (tenant_id, due_time, id) WHERE close_time IS NULL;
CREATE INDEX rights_request_by_contact ON rights_request (tenant_id, contact_id, id);

-- One row for each version of a request.
CREATE TABLE rights_step (
  tenant_id  uuid NOT NULL,
  request_id uuid NOT NULL,
  version    bigint NOT NULL,
  state      smallint NOT NULL,
  action     text NOT NULL,
  reason     text NOT NULL,
  actor      text NOT NULL,
  step_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, request_id, version)
);

-- What stands in the way of using somebody's data, in the row that who asks reads anyway.
ALTER TABLE contact
  ADD COLUMN restrict_time timestamptz,
  ADD COLUMN object_time timestamptz,
  -- Purposes the person objects to; a star is every one that does not rest on a contract, the law or a life. Never empty.
  ADD COLUMN objected text[];

SELECT protect_tenant_rows('rights_request', 'rights_step');
GRANT SELECT, INSERT, UPDATE ON rights_request TO ${service};
GRANT SELECT, INSERT ON rights_step TO ${service};
-- How many are overdue.
GRANT SELECT ON rights_request TO ${pump};
