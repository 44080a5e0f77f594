-- Imports, how far each came, and what it takes to undo it.
CREATE TABLE contact_import (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  -- A vefa.contact.v1.Import as it was created.
  said        bytea NOT NULL,
  actor       text NOT NULL,
  state       smallint NOT NULL,
  next_chunk  bigint NOT NULL,
  position    bigint NOT NULL,
  line        bigint NOT NULL,
  created     bigint NOT NULL,
  updated     bigint NOT NULL,
  unchanged   bigint NOT NULL,
  skipped     bigint NOT NULL,
  rejected    bigint NOT NULL,
  consents    bigint NOT NULL,
  undone      bigint NOT NULL,
  left_behind bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- The chunks that are in, with their answers: one that is sent again is told the same.
CREATE TABLE contact_import_chunk (
  tenant_id    uuid NOT NULL,
  import_id    uuid NOT NULL,
  number       bigint NOT NULL,
  request_hash bytea NOT NULL,
  -- A vefa.contact.v1.SendImportChunkResponse.
  answer       bytea NOT NULL,
  PRIMARY KEY (tenant_id, import_id, number)
);

-- Records that were rejected, and what an undo had to leave. No value of the file is in here.
CREATE TABLE contact_import_problem (
  tenant_id  uuid NOT NULL,
  import_id  uuid NOT NULL,
  of_undo    boolean NOT NULL,
  line       bigint NOT NULL,
  id         bigint GENERATED ALWAYS AS IDENTITY,
  field      text NOT NULL,
  reason     text NOT NULL,
  message    text NOT NULL,
  contact_id uuid,
  PRIMARY KEY (tenant_id, import_id, of_undo, line, id)
);

-- Whom an import made or changed. What was there before is personal, and goes with the person, or when it is put back.
CREATE TABLE contact_import_change (
  tenant_id  uuid NOT NULL,
  import_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  line       bigint NOT NULL,
  -- The record's after the import's last word about it.
  version    bigint NOT NULL,
  is_new     boolean NOT NULL,
  -- A vefa.contact.v1.ImportTrace.
  trace      bytea NOT NULL,
  PRIMARY KEY (tenant_id, import_id, contact_id)
);
CREATE INDEX contact_import_change_by_contact ON contact_import_change (tenant_id, contact_id);

SELECT protect_tenant_rows('contact_import', 'contact_import_chunk', 'contact_import_problem', 'contact_import_change');
GRANT SELECT, INSERT, UPDATE ON contact_import TO ${service};
GRANT SELECT, INSERT ON contact_import_chunk, contact_import_problem TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_import_change TO ${service};
