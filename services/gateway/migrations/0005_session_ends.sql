-- Sessions that ended before their time, for as long as a copy of one may be around. Every gateway reads what is new
-- several times a second, so that no copy is believed for longer than that. Of no tenant: ids and hashes alone.
CREATE TABLE session_end (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- One session, by its token's hash, or else all of a user but those of `valid_revision`; 0 when none is left.
  token_hash     bytea CHECK (octet_length(token_hash) = 32),
  user_id        uuid,
  valid_revision bigint,
  end_time       timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(token_hash, user_id) = 1 AND num_nonnulls(user_id, valid_revision) <> 1)
);
CREATE INDEX session_end_by_time ON session_end (end_time);

CREATE FUNCTION note_session_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO session_end (token_hash) VALUES (NEW.token_hash);
  RETURN NULL;
END $$;
CREATE TRIGGER note_session_end AFTER UPDATE OF revoke_time ON session FOR EACH ROW
  WHEN (OLD.revoke_time IS NULL AND NEW.revoke_time IS NOT NULL) EXECUTE FUNCTION note_session_end();

CREATE FUNCTION note_user_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO session_end (user_id, valid_revision) VALUES (OLD.id, 0);
  ELSE
    INSERT INTO session_end (user_id, valid_revision)
    VALUES (NEW.id, CASE WHEN NEW.disabled THEN 0 ELSE NEW.auth_revision END);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER note_user_change AFTER UPDATE ON user_account FOR EACH ROW
  WHEN (OLD.auth_revision <> NEW.auth_revision OR OLD.disabled <> NEW.disabled) EXECUTE FUNCTION note_user_change();
CREATE TRIGGER note_user_end AFTER DELETE ON user_account FOR EACH ROW EXECUTE FUNCTION note_user_change();

REVOKE ALL ON FUNCTION note_session_end, note_user_change FROM PUBLIC;
GRANT SELECT, DELETE ON session_end TO ${service};
