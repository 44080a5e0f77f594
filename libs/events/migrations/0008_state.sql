-- The state of every aggregate, folded from its events: what the service's compacted state topic carries, and
-- where a fold of the ledger begins once the ledger's first partitions were dropped.
CREATE TABLE aggregate_state (
  tenant_id   uuid NOT NULL,
  subject     text NOT NULL,
  version     bigint NOT NULL,
  event_id    uuid NOT NULL,
  occur_time  timestamptz NOT NULL,
  record_time timestamptz NOT NULL,
  -- The state message; empty once the subject was erased.
  state       bytea NOT NULL,
  erased      boolean NOT NULL,
  -- Since when the state topic has an older one; null when it has this one.
  dirty_since timestamptz DEFAULT now(),
  PRIMARY KEY (tenant_id, subject)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX aggregate_state_dirty ON aggregate_state (dirty_since) WHERE dirty_since IS NOT NULL;
SELECT protect_tenant_rows('aggregate_state');
GRANT SELECT ON aggregate_state TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON aggregate_state TO ${pump};

-- Which process writes the state topic now. It saves work only: that an older state is never written
-- last is kept by Kafka, which refuses a producer whose successor has begun.
CREATE TABLE state_publisher (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  holder      uuid NOT NULL,
  expire_time timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON state_publisher TO ${pump};

-- Where the ledger ends, for its readers.
GRANT SELECT ON SEQUENCE event_log_id_seq TO ${service};
