-- At most one at a time of something that lasts is an exclusion over ranges.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE organization (
  tenant_id         uuid NOT NULL,
  id                uuid NOT NULL,
  external_id       text COLLATE "C",
  legal_name        text NOT NULL,
  brand_name        text NOT NULL,
  tax_no            text NOT NULL,
  mersis_no         text NOT NULL,
  trade_registry_no text NOT NULL,
  is_merchant       boolean NOT NULL,
  industry          text NOT NULL,
  size              smallint NOT NULL,
  country           text NOT NULL,
  parent_id         uuid,
  state             smallint NOT NULL,
  -- Names, numbers and external id, folded by libs/text for search.
  search_text       text NOT NULL,
  version           bigint NOT NULL,
  create_time       timestamptz NOT NULL,
  update_time       timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT organization_external_id_key UNIQUE (tenant_id, external_id),
  CONSTRAINT organization_own_parent CHECK (parent_id IS DISTINCT FROM id)
);
CREATE INDEX organization_by_create_time ON organization (tenant_id, create_time, id);
CREATE INDEX organization_by_legal_name ON organization (tenant_id, legal_name COLLATE "tr-x-icu", id);
CREATE INDEX organization_by_parent ON organization (tenant_id, parent_id, legal_name COLLATE "tr-x-icu", id);

-- Days are inclusive. Nothing is said of a person here that a name would be.
CREATE TABLE affiliation (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  contact_id      uuid NOT NULL,
  organization_id uuid NOT NULL,
  role            text NOT NULL,
  title           text NOT NULL,
  department      text NOT NULL,
  valid_from      date,
  valid_to        date,
  is_primary      boolean NOT NULL,
  influence       smallint NOT NULL,
  version         bigint NOT NULL,
  create_time     timestamptz NOT NULL,
  update_time     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT affiliation_one_primary EXCLUDE USING gist
    (tenant_id WITH =, contact_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&) WHERE (is_primary)
);
CREATE INDEX affiliation_by_contact ON affiliation (tenant_id, contact_id, id);
CREATE INDEX affiliation_by_organization ON affiliation (tenant_id, organization_id, id);

-- Parties by their resource names: a contact's or an organisation's.
CREATE TABLE relationship (
  tenant_id     uuid NOT NULL,
  id            uuid NOT NULL,
  from_party    text NOT NULL COLLATE "C",
  to_party      text NOT NULL COLLATE "C",
  type          smallint NOT NULL,
  status        smallint NOT NULL,
  tier          text NOT NULL,
  manager_id    uuid,
  start_date    date,
  end_date      date,
  close_reason  text NOT NULL,
  -- Active, and nobody accountable: known in the transaction that makes it so.
  unaccountable boolean NOT NULL,
  version       bigint NOT NULL,
  create_time   timestamptz NOT NULL,
  update_time   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
-- The same open role of the same pair once; 4 is ended.
CREATE UNIQUE INDEX relationship_open_key ON relationship (tenant_id, from_party, to_party, type) WHERE status <> 4;
CREATE INDEX relationship_by_from ON relationship (tenant_id, from_party, id);
CREATE INDEX relationship_by_to ON relationship (tenant_id, to_party, id);
CREATE INDEX relationship_by_manager ON relationship (tenant_id, manager_id, id) WHERE manager_id IS NOT NULL;
CREATE INDEX relationship_by_type ON relationship (tenant_id, type, id);
CREATE INDEX relationship_unaccountable ON relationship (tenant_id, id) WHERE unaccountable;

-- Who had which role of a relationship, and when: rows are ended, never deleted. 1 is accountable.
CREATE TABLE responsibility (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  relationship_id uuid NOT NULL,
  user_id         uuid NOT NULL,
  role            smallint NOT NULL,
  from_time       timestamptz NOT NULL,
  to_time         timestamptz,
  note            text NOT NULL,
  PRIMARY KEY (tenant_id, relationship_id, id),
  CONSTRAINT responsibility_one_accountable EXCLUDE USING gist
    (tenant_id WITH =, relationship_id WITH =, tstzrange(from_time, to_time) WITH &&) WHERE (role = 1)
);
CREATE UNIQUE INDEX responsibility_open_key ON responsibility (tenant_id, relationship_id, user_id, role) WHERE to_time IS NULL;

SELECT protect_tenant_rows('organization', 'affiliation', 'relationship', 'responsibility');
GRANT SELECT, INSERT, UPDATE ON organization, affiliation, relationship, responsibility TO ${service};
-- How many nobody answers for is counted across tenants.
GRANT SELECT ON relationship TO ${pump};
