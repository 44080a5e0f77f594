-- What people of ours write about a person, an organisation or a relationship.
CREATE TABLE note (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  about       text NOT NULL COLLATE "C",
  text        text NOT NULL,
  pinned      boolean NOT NULL,
  author      text NOT NULL,
  editor      text NOT NULL,
  version     bigint NOT NULL,
  create_time timestamptz NOT NULL,
  update_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX note_by_about ON note (tenant_id, about, id);

SELECT protect_tenant_rows('note');
GRANT SELECT, INSERT, UPDATE, DELETE ON note TO ${service};
