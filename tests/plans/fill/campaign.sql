SELECT fill_begin('contact_state', 'contact_consent', 'campaign_recipient');

INSERT INTO contact_state (tenant_id, contact_id, known, scored, language, source, order_count, frequency, recency_weeks,
                           age_weeks, mean_value, p_alive, p_buy_90d, expected_purchases, expected_value, residual_lifetime_value)
SELECT fill_tenant(n), fill_id(1, n), n % 100 > 0, n % 3 > 0, CASE WHEN n % 4 > 0 THEN 'tr' ELSE 'en' END, 'shop', n % 20, n % 12,
       n % 50, 52, n % 1000, n % 100 / 100.0, n % 100 / 100.0, n % 10, n % 1000, n % 5000
  FROM generate_series(1, 1000000) n;
INSERT INTO contact_consent (tenant_id, contact_id, purpose, channel, state, occur_time)
SELECT fill_tenant(n), fill_id(1, n), 'marketing', 1, 1 + n % 2, fill_time(n) FROM generate_series(1, 1000000) n;
-- A hundred campaigns of 10,000; two are still at work.
INSERT INTO campaign_recipient (tenant_id, campaign_id, contact_id, state, reason, message_id)
SELECT fill_tenant(n / 10000), fill_id(13, n / 10000), fill_id(1, n % 10000), CASE WHEN n >= 980000 THEN 0 ELSE 1 + n % 5 END, '',
       fill_id(3, n)
  FROM generate_series(0, 999999) n;

-- Whoever has many campaigns has many of each.
INSERT INTO segment (tenant_id, id, slug, display_name, predicate, expression, hash, version, create_time)
SELECT fill_tenant(n), fill_id(14, n), 's' || n, 's', '\x00', 'true', '\x00', 1, fill_time(n) FROM generate_series(0, 19999) n;
INSERT INTO template (tenant_id, id, slug, display_name, languages, subjects, texts, htmls, version, create_time)
SELECT fill_tenant(n), fill_id(15, n), 't' || n, 't', '{tr}', '{a}', '{b}', '{c}', 1, fill_time(n) FROM generate_series(0, 19999) n;
INSERT INTO campaign (tenant_id, id, slug, display_name, segment_id, template_id, purpose, channel, state, version, create_time,
                      start_time)
SELECT fill_tenant(n), fill_id(13, n), 'c' || n, 'c', fill_id(14, n), fill_id(15, n), 'marketing', 1,
       CASE WHEN n IN (98, 99) THEN 2 WHEN n < 98 THEN 4 ELSE 1 END, 2, fill_time(n), fill_time(n) FROM generate_series(0, 19999) n;
INSERT INTO campaign_tally (tenant_id, campaign_id, state, reason, n)
SELECT fill_tenant(n), fill_id(13, n), s, '', 2000 FROM generate_series(0, 99) n, generate_series(0, 5) s;
INSERT INTO campaign_run (tenant_id, campaign_id, next_time, attempts, lease_until)
SELECT fill_tenant(n), fill_id(13, n), fill_time(n), 0, '-infinity' FROM generate_series(98, 99) n;
