-- One day of the feed; its indexes are made by add_feed_day.
SELECT add_feed_day('2026-01-01');
INSERT INTO feed_event (tenant_id, day, seq, event_id, event_type, subject, classification, record_time, envelope)
SELECT fill_tenant(n), '2026-01-01', n / 10 * 3 + greatest(n % 10, 0), fill_id(7, n), 'contact.created', 'contacts/' || fill_id(1, n),
       'internal', fill_time(n), '\x00'
  FROM generate_series(1, 1000000) n;
INSERT INTO feed_tenant (tenant_id, seq, incarnation, day)
SELECT fill_tenant(n), 1000000, fill_id(16, 1), '2026-01-01' FROM generate_series(2, 9) n;
INSERT INTO feed_life (tenant_id, incarnation, begin_seq) SELECT fill_tenant(n), fill_id(16, 1), 0 FROM generate_series(2, 9) n;
INSERT INTO feed_subscription (tenant_id, name, seq, incarnation)
SELECT fill_tenant(n), 'reader-' || n, n, fill_id(16, 1) FROM generate_series(1, 200) n;

INSERT INTO user_account (tenant_id, id, email, display_name, role, password_hash)
SELECT fill_tenant(n), fill_id(17, n), n || '@example.com', 'u', 'viewer', 'x' FROM generate_series(1, 10000) n;
INSERT INTO team (tenant_id, id, display_name, create_time)
SELECT fill_tenant(n), fill_id(18, n), 'team-' || n, fill_time(n) FROM generate_series(1, 1000) n;
INSERT INTO team_member (tenant_id, team_id, user_id)
SELECT fill_tenant(n), fill_id(18, (n - 1) % 1000 + 1), fill_id(17, n) FROM generate_series(1, 10000) n;
INSERT INTO saved_view (tenant_id, id, owner, display_name, resource, query, filter, order_by, columns, scope, version, create_time, update_time)
SELECT fill_tenant(n), fill_id(19, n), 'users/' || fill_id(17, n % 10000 + 1), 'view-' || n, 'contacts', '', '', '', '', n % 3 + 1, 1, fill_time(n), fill_time(n)
  FROM generate_series(1, 50000) n;
INSERT INTO session (tenant_id, token_hash, user_id, auth_revision, create_time, idle_expire_time, expire_time)
SELECT fill_tenant(n), sha256(n::text::bytea), fill_id(17, n % 10000 + 1), 1, fill_time(n), fill_time(n), fill_time(n)
  FROM generate_series(1, 200000) n;
INSERT INTO event_schema (message, hash, descriptor_set) SELECT 'm' || n % 20, 'h' || n, '\x00' FROM generate_series(1, 200) n;
INSERT INTO session_end (token_hash, end_time) SELECT sha256(n::text::bytea), fill_time(n) FROM generate_series(1, 100000) n;
INSERT INTO api_key (tenant_id, id, token_hash, token_hint, display_name, permissions, creator, create_time, expire_time)
SELECT fill_tenant(n), fill_id(18, n), sha256(n::text::bytea), 'hint', 'k', 'contacts.read', 'users/1', fill_time(n), fill_time(n + 200000)
  FROM generate_series(1, 100000) n;
