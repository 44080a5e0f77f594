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
ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency FORCE ROW LEVEL SECURITY;
CREATE POLICY by_tenant ON idempotency TO ${service} USING (tenant_id = (SELECT current_setting('app.tenant')::uuid));
GRANT SELECT, INSERT ON idempotency TO ${service};
