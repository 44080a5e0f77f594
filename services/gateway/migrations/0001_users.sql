-- Who may sign in, and who is signed in.

CREATE TABLE user_account (
  tenant_id     uuid NOT NULL REFERENCES tenant (id),
  id            uuid NOT NULL,
  -- In lower case.
  email         text NOT NULL,
  display_name  text NOT NULL,
  role          text NOT NULL CHECK (role IN ('admin', 'viewer')),
  -- A PHC string of Argon2id.
  password_hash text NOT NULL,
  disabled      boolean NOT NULL DEFAULT false,
  -- Grows with every change of password, role or state: sessions made before it end.
  auth_revision bigint NOT NULL DEFAULT 1,
  create_time   timestamptz NOT NULL DEFAULT now(),
  update_time   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT user_account_email_key UNIQUE (tenant_id, email)
);

-- The record of sessions; Redis only remembers what it said a moment ago. The token itself is
-- nowhere: a reader of this table cannot be anybody.
CREATE TABLE session (
  tenant_id        uuid NOT NULL,
  token_hash       bytea NOT NULL CHECK (octet_length(token_hash) = 32),
  user_id          uuid NOT NULL,
  auth_revision    bigint NOT NULL,
  create_time      timestamptz NOT NULL,
  idle_expire_time timestamptz NOT NULL,
  expire_time      timestamptz NOT NULL,
  revoke_time      timestamptz,
  PRIMARY KEY (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX session_by_user ON session (tenant_id, user_id, expire_time);

SELECT protect_tenant_rows('user_account', 'session');
-- Whoever migrates also adds users, one tenant at a time.
CREATE POLICY by_owner ON user_account TO CURRENT_USER USING (tenant_id = (SELECT current_setting('app.tenant')::uuid));
CREATE POLICY by_owner ON session TO CURRENT_USER USING (tenant_id = (SELECT current_setting('app.tenant')::uuid));
GRANT SELECT ON user_account TO ${service};
GRANT UPDATE (password_hash, update_time) ON user_account TO ${service};
GRANT SELECT, INSERT, DELETE ON session TO ${service};
GRANT UPDATE (idle_expire_time, revoke_time) ON session TO ${service};
