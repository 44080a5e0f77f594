SELECT fill_begin('message', 'send_result');

-- Of a thousand messages 960 were accepted; of the others each has a reason.
INSERT INTO message (tenant_id, id, send_key, contact_id, originator, purpose, channel, content_id, address_hash, language,
                     reason, policy_version, create_time)
SELECT fill_tenant(n), fill_id(3, n), 'campaigns/c' || n / 5000 || '/' || n, fill_id(1, n % 100000), 'campaigns/c' || n / 5000,
       'marketing', 1, fill_id(4, n / 5000), decode(md5(n::text), 'hex'), 'tr',
       CASE WHEN n % 100 < 4 THEN 1 + n % 5 ELSE 0 END, 1, fill_time(n)
  FROM generate_series(1, 1000000) n;

-- The newest 20,000 have no result yet.
INSERT INTO send_result (tenant_id, chunk_id, ord, message_id, state, code, enhanced, reply, finish_time)
SELECT fill_tenant(n), fill_id(5, n / 500), n % 500, fill_id(3, n),
       CASE WHEN n % 50 = 4 THEN 4 WHEN n % 500 = 5 THEN 5 WHEN n % 1000 = 6 THEN 6 WHEN n % 40 = 7 THEN 7 ELSE 3 END,
       250, '2.0.0', 'ok', fill_time(n)
  FROM generate_series(1, 980000) n;

INSERT INTO send_chunk (tenant_id, id, lane, originator, purpose, channel, content_id, messages, contacts, attempt, done,
                        due_time, create_time, traceparent)
SELECT fill_tenant(n), fill_id(5, n), n % 4, 'campaigns/c' || n / 10, 'marketing', 1, fill_id(4, n / 10),
       ARRAY[fill_id(3, n * 500)], ARRAY[fill_id(1, n)], 0, n < 19600, fill_time(n * 50), fill_time(n * 50), ''
  FROM generate_series(1, 20000) n;
INSERT INTO send_window (tenant_id, chunk_id, lo, hi, lane, epoch, create_time)
SELECT fill_tenant(n), fill_id(5, 19600 + n), 0, 500, n % 4, 1, fill_time(n) FROM generate_series(1, 16) n;
INSERT INTO suppression (tenant_id, id, channel, address_hash, purpose, reason, contact_id, message_id, create_time)
SELECT fill_tenant(n), fill_id(6, n), 1, decode(md5(n::text), 'hex'), '', 1, fill_id(1, n), fill_id(3, n), fill_time(n)
  FROM generate_series(1, 100000) n;
INSERT INTO message_unsubscribe (tenant_id, message_id, create_time)
SELECT fill_tenant(n), fill_id(3, n), fill_time(n) FROM generate_series(1, 20000) n;
-- Every tenth message waited for the end of quiet hours; the newest still do.
INSERT INTO message_hold (tenant_id, message_id, until_time)
SELECT fill_tenant(n), fill_id(3, n), fill_time(n + 1000) FROM generate_series(10, 1000000, 10) n;
INSERT INTO content (tenant_id, id, content, create_time)
SELECT fill_tenant(n), fill_id(4, n), '\x00', fill_time(n) FROM generate_series(0, 2000) n;
INSERT INTO tenant_ordinal (tenant_id) SELECT fill_tenant(n) FROM generate_series(2, 9) n;
