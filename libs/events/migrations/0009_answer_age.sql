-- Answers are forgotten when they are old enough that nobody asks again (VEFA_IDEMPOTENCY_HOURS).
CREATE INDEX idempotency_by_age ON idempotency (create_time);
GRANT SELECT, DELETE ON idempotency TO ${pump};
