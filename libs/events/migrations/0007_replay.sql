-- Puts recorded events into the outbox again, after Kafka lost them. Readers drop what they know.
CREATE FUNCTION replay_events(from_time timestamptz, to_time timestamptz, of_subject text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE replayed bigint;
BEGIN
  INSERT INTO outbox_pending (id, tenant_id, lane)
  SELECT id, tenant_id, hashtextextended(subject, 0) & 63 FROM event_log
   WHERE record_time >= from_time AND record_time < to_time AND (of_subject = '' OR subject = of_subject)
   ORDER BY id
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS replayed = ROW_COUNT;
  RETURN replayed;
END $$;
REVOKE ALL ON FUNCTION replay_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION replay_events TO ${pump};
