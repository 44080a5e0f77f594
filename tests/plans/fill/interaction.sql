SELECT fill_begin('placed_order', 'timeline_entry', 'score', 'contact_part');

-- Ten orders a customer.
INSERT INTO placed_order (tenant_id, id, external_id, contact_id, occur_time, currency, total, item_count, record_time)
SELECT fill_tenant(n), fill_id(10, n), 'order-' || n, fill_id(1, n % 100000), fill_time(n), 'TRY', n % 10000, 1 + n % 5, fill_time(n)
  FROM generate_series(1, 1000000) n;
INSERT INTO timeline_entry (tenant_id, contact_id, id, kind, occur_time, record_time, subject, facts)
SELECT fill_tenant(n), fill_id(1, n % 100000), fill_id(11, n), 1 + n % 8, fill_time(n), fill_time(n), 'orders/' || fill_id(10, n), '{}'
  FROM generate_series(1, 1000000) n;
INSERT INTO contact_part (tenant_id, contact_id, survivor_id)
SELECT fill_tenant(n), fill_id(1, n), CASE WHEN n % 20 < 10 THEN fill_id(1, n + 10) END FROM generate_series(1, 200000) n;
INSERT INTO contact_limit (tenant_id, contact_id, unscored)
SELECT fill_tenant(n), fill_id(1, n), n % 2 = 0 FROM generate_series(1, 1000) n;
INSERT INTO score (tenant_id, contact_id, model, scoring_run, as_of_date, currency, frequency, recency_weeks, age_weeks,
                   mean_value, p_alive, p_buy_90d, expected_purchases, expected_value, residual_lifetime_value, version, update_time)
SELECT fill_tenant(n), fill_id(1, n), 'bg_nbd', 'run-1', '2026-01-01', 'TRY', n % 12, n % 50, 52, n % 1000, n % 100 / 100.0,
       n % 100 / 100.0, n % 10, n % 1000, n % 5000, 1, fill_time(n)
  FROM generate_series(1, 200000) n;
INSERT INTO scoring_run (tenant_id, id, slug, state, as_of_date, horizon_weeks, create_time)
SELECT fill_tenant(n), fill_id(12, n), 'run-' || n, CASE WHEN n > 1996 THEN 1 ELSE 3 END, '2026-01-01', 26, fill_time(n)
  FROM generate_series(1, 2000) n;
