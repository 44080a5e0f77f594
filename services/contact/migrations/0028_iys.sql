-- IYS, Turkey's register of consents to commercial messages: by what it knows a tenant, and what it is to know of whom.

CREATE TABLE iys_account (
  tenant_id        uuid PRIMARY KEY,
  iys_code         bigint NOT NULL,
  brand_code       bigint NOT NULL,
  username         text NOT NULL,
  -- Under the tenant's key.
  wrapped_password bytea NOT NULL,
  master           smallint NOT NULL,
  approval_purpose text NOT NULL COLLATE "C",
  unknown_country  boolean NOT NULL,
  enabled          boolean NOT NULL,
  -- How far what people said at IYS was fetched, in its own words, and when.
  pull_after       text NOT NULL DEFAULT '',
  pull_time        timestamptz,
  -- Whoever everybody is looked at anew from: set when an account begins or changes; NULL when all were.
  sweep_after      uuid,
  -- One replica at a time speaks for a tenant.
  lease_time       timestamptz NOT NULL DEFAULT '-infinity',
  -- Not before.
  next_time        timestamptz NOT NULL DEFAULT '-infinity',
  trouble          text NOT NULL DEFAULT '',
  update_time      timestamptz NOT NULL
);

-- Who said something, moved, or was merged since they were looked at.
CREATE TABLE iys_due (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
);

CREATE TABLE iys_entry (
  tenant_id      uuid NOT NULL,
  contact_id     uuid NOT NULL,
  channel        smallint NOT NULL,
  recipient_type smallint NOT NULL,
  -- Of the address it is about; the address itself is the contact's.
  address_hash   bytea NOT NULL,
  wanted         smallint NOT NULL,
  registered     smallint NOT NULL,
  -- What was passed on, or was about to be when the service stopped.
  sent           smallint NOT NULL,
  state          smallint NOT NULL,
  say_time       timestamptz NOT NULL,
  capture_source text NOT NULL,
  due_time       timestamptz NOT NULL,
  next_time      timestamptz NOT NULL,
  attempts       int NOT NULL,
  request_id     text NOT NULL,
  request_index  int NOT NULL,
  register_time  timestamptz,
  transaction_id text NOT NULL,
  error_code     text NOT NULL,
  error_message  text NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, channel)
);
-- What is to be done: 1 waits, 2 was sent.
CREATE INDEX iys_entry_work ON iys_entry (tenant_id, state, next_time) WHERE state IN (1, 2);
CREATE INDEX iys_entry_by_due ON iys_entry (tenant_id, state, due_time, contact_id, channel);
CREATE INDEX iys_entry_by_request ON iys_entry (tenant_id, request_id) WHERE state = 2;

SELECT protect_tenant_rows('iys_account', 'iys_due', 'iys_entry');
GRANT SELECT, INSERT, UPDATE ON iys_account TO ${service};
GRANT SELECT, INSERT, DELETE, UPDATE ON iys_due TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON iys_entry TO ${service};
GRANT SELECT ON iys_account, iys_entry TO ${pump};
GRANT SELECT, INSERT ON iys_due TO ${pump};
