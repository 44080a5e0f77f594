-- Whom a stored answer is about, so that it can be emptied when that person is erased; empty when the
-- answer says nothing of a person. An emptied answer keeps its request id: the id stays used.
ALTER TABLE idempotency ADD COLUMN subject text NOT NULL DEFAULT '';
CREATE INDEX idempotency_by_subject ON idempotency (tenant_id, subject) WHERE subject <> '';
GRANT UPDATE (request_hash, response) ON idempotency TO ${service};
