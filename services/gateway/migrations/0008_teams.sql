-- Whose contacts a user sees, and who is in a team with whom.
ALTER TABLE user_account ADD COLUMN visibility text NOT NULL DEFAULT 'tenant' CHECK (visibility IN ('tenant', 'team', 'own'));

CREATE TABLE team (
  tenant_id    uuid NOT NULL REFERENCES tenant (id),
  id           uuid NOT NULL,
  display_name text NOT NULL,
  create_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT team_name_key UNIQUE (tenant_id, display_name)
);
CREATE TABLE team_member (
  tenant_id uuid NOT NULL,
  team_id   uuid NOT NULL,
  user_id   uuid NOT NULL,
  PRIMARY KEY (tenant_id, team_id, user_id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, user_id) REFERENCES user_account (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX team_member_by_user ON team_member (tenant_id, user_id);

SELECT protect_tenant_rows('team', 'team_member');
-- Whoever migrates also adds users; and what is done to a row by a key or a trigger is done as the owner.
CREATE POLICY by_owner ON team TO CURRENT_USER USING (tenant_id = (SELECT current_setting('app.tenant')::uuid));
CREATE POLICY by_owner ON team_member TO CURRENT_USER USING (tenant_id = (SELECT current_setting('app.tenant')::uuid));
GRANT UPDATE (visibility) ON user_account TO ${service};
GRANT SELECT, INSERT, DELETE ON team, team_member TO ${service};

-- A copy of a session holds whose contacts its user sees. No copy of these users is believed until the copies of before are gone, while
-- the sessions go on.
CREATE FUNCTION note_visibility_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO session_end (user_id, valid_revision) VALUES (NEW.id, 0);
  RETURN NULL;
END $$;
CREATE TRIGGER note_visibility_change AFTER UPDATE OF visibility ON user_account FOR EACH ROW
  WHEN (OLD.visibility <> NEW.visibility) EXECUTE FUNCTION note_visibility_change();

CREATE FUNCTION note_team_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO session_end (user_id, valid_revision)
  SELECT user_id, 0 FROM changed
  UNION SELECT m.user_id, 0 FROM changed c JOIN team_member m ON m.tenant_id = c.tenant_id AND m.team_id = c.team_id;
  RETURN NULL;
END $$;
CREATE TRIGGER note_team_joined AFTER INSERT ON team_member REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_team_change();
CREATE TRIGGER note_team_left AFTER DELETE ON team_member REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_team_change();
REVOKE ALL ON FUNCTION note_visibility_change, note_team_change FROM PUBLIC;
