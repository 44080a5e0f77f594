-- The words of messages, once per content: the id is a hash of it.
CREATE TABLE content (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  content     bytea NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- The decision ledger: one row per message asked for, written once and never updated. What became
-- of an accepted message is in send_result.
CREATE TABLE message (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  send_key       text NOT NULL COLLATE "C",
  contact_id     uuid NOT NULL,
  originator     text NOT NULL,
  purpose        text NOT NULL,
  channel        smallint NOT NULL,
  content_id     uuid NOT NULL,
  -- Keyed hash of the address decided about; empty when there was none. Addresses are not kept.
  address_hash   bytea NOT NULL,
  language       text NOT NULL,
  reason         smallint NOT NULL,  -- 0 means accepted; the others are notification::Refusal.
  policy_version int NOT NULL,
  create_time    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT message_send_key UNIQUE (tenant_id, send_key)
);
CREATE INDEX message_by_contact ON message (tenant_id, contact_id, id);
CREATE INDEX message_by_originator ON message (tenant_id, originator, id);
CREATE INDEX message_refused ON message (tenant_id, reason, id) WHERE reason > 0;

-- Who delivers: each lane has one owner at a time, by this database's clock.
CREATE TABLE send_lane (
  id         smallint PRIMARY KEY,
  owner      uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  epoch      bigint NOT NULL DEFAULT 0,
  until_time timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO send_lane (id) SELECT generate_series(0, 3);

-- Accepted messages to be delivered, up to 500 in one row: no row per recipient is updated.
CREATE TABLE send_chunk (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  lane        smallint NOT NULL,
  originator  text NOT NULL,
  purpose     text NOT NULL,
  channel     smallint NOT NULL,
  content_id  uuid NOT NULL,
  messages    uuid[] NOT NULL,
  contacts    uuid[] NOT NULL,
  attempt     smallint NOT NULL,      -- 0 at first; what is deferred goes into a chunk of the next.
  done        boolean NOT NULL DEFAULT false,
  due_time    timestamptz NOT NULL,
  create_time timestamptz NOT NULL,   -- Of the decision; the Date header of every attempt.
  traceparent text NOT NULL,
  PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 90);
-- A lane serves every tenant, so this index begins with the lane.
CREATE INDEX send_chunk_due ON send_chunk (lane, due_time, id) WHERE NOT done;

-- The intent: before any final dot of messages lo to hi of a chunk is written, this row is durable.
CREATE TABLE send_window (
  tenant_id   uuid NOT NULL,
  chunk_id    uuid NOT NULL,
  lo          int NOT NULL,
  hi          int NOT NULL,
  lane        smallint NOT NULL,
  epoch       bigint NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, chunk_id, epoch, lo)
);
CREATE INDEX send_window_by_lane ON send_window (lane, epoch);

-- What became of each message of a chunk: written once.
CREATE TABLE send_result (
  tenant_id   uuid NOT NULL,
  chunk_id    uuid NOT NULL,
  ord         int NOT NULL,
  message_id  uuid NOT NULL,
  state       smallint NOT NULL,  -- 3 delivered, 4 bounced, 5 failed, 6 unknown, 7 deferred
  code        smallint NOT NULL,
  enhanced    text NOT NULL,
  reply       text NOT NULL,
  finish_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, chunk_id, ord)
);
-- A message ends once, whoever says so.
CREATE UNIQUE INDEX send_result_final ON send_result (tenant_id, message_id) WHERE state <> 7;
CREATE INDEX send_result_trouble ON send_result (tenant_id, state, message_id) WHERE state BETWEEN 4 AND 6;

CREATE TABLE message_unsubscribe (
  tenant_id   uuid NOT NULL,
  message_id  uuid NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, message_id)
);

CREATE TABLE suppression (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  channel      smallint NOT NULL,
  address_hash bytea NOT NULL,
  purpose      text NOT NULL,       -- Empty: for every purpose.
  reason       smallint NOT NULL,   -- 1 hard bounce, 2 unsubscribed
  contact_id   uuid NOT NULL,
  message_id   uuid NOT NULL,
  create_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT suppression_once UNIQUE (tenant_id, channel, address_hash, purpose)
);
CREATE INDEX suppression_by_contact ON suppression (tenant_id, contact_id, create_time);

-- A short number for each tenant: what the token of a link carries. Read before the tenant is
-- known, so it has no row-level security, as `tenant` has none.
CREATE TABLE tenant_ordinal (
  tenant_id uuid PRIMARY KEY,
  ordinal   int GENERATED ALWAYS AS IDENTITY UNIQUE
);

SELECT protect_tenant_rows('content', 'message', 'send_chunk', 'send_window', 'send_result', 'message_unsubscribe', 'suppression');
GRANT SELECT, INSERT ON content, message, send_chunk, message_unsubscribe, suppression, tenant_ordinal TO ${service};
GRANT SELECT ON send_result TO ${service};
GRANT SELECT ON content, message, message_unsubscribe, tenant_ordinal TO ${pump};
GRANT SELECT, UPDATE ON send_lane TO ${pump};
GRANT SELECT, INSERT, UPDATE ON send_chunk TO ${pump};
GRANT SELECT, INSERT, UPDATE, DELETE ON send_window TO ${pump};
GRANT SELECT, INSERT ON send_result, suppression TO ${pump};
