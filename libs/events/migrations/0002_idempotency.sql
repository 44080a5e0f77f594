-- Answers already given, by the caller's request id: the same question gets the same answer.
CREATE TABLE idempotency (
  tenant_id    uuid NOT NULL,
  request_id   uuid NOT NULL,
  method       text NOT NULL,
  request_hash bytea NOT NULL,
  response     bytea NOT NULL,
  create_time  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, request_id)
);
SELECT protect_tenant_rows('idempotency');
GRANT SELECT, INSERT ON idempotency TO ${service};
