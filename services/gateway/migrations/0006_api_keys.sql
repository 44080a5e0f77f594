-- Keys for programs. The token itself is nowhere: a reader of this table cannot be anybody.
CREATE TABLE api_key (
  tenant_id     uuid NOT NULL REFERENCES tenant (id),
  id            uuid NOT NULL,
  token_hash    bytea NOT NULL CHECK (octet_length(token_hash) = 32),
  token_hint    text NOT NULL,
  display_name  text NOT NULL,
  -- Separated by blanks; none holds one.
  permissions   text NOT NULL,
  creator       text NOT NULL,
  create_time   timestamptz NOT NULL,
  expire_time   timestamptz NOT NULL,
  last_use_time timestamptz,
  revoke_time   timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT api_key_token UNIQUE (tenant_id, token_hash)
);
SELECT protect_tenant_rows('api_key');
GRANT SELECT, INSERT ON api_key TO ${service};
GRANT UPDATE (last_use_time, revoke_time) ON api_key TO ${service};

CREATE TRIGGER note_key_end AFTER UPDATE OF revoke_time ON api_key FOR EACH ROW
  WHEN (OLD.revoke_time IS NULL AND NEW.revoke_time IS NOT NULL) EXECUTE FUNCTION note_session_end();
