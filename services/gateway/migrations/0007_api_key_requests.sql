-- A request that is repeated makes no second key: its id, and a hash of who asked for what.
ALTER TABLE api_key ADD COLUMN request_id uuid, ADD COLUMN request_hash bytea;
-- contract: a tenant has hundreds of keys, and none of the release before has a request, so that the index is built at once.
CREATE UNIQUE INDEX api_key_by_request ON api_key (tenant_id, request_id) WHERE request_id IS NOT NULL;
