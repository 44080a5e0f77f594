SELECT fill_begin('contact', 'event_log_0', 'consent_log', 'consent_state', 'pii_key', 'applied_version', 'aggregate_state',
                  'idempotency', 'search_contact', 'search_word', 'search_vocabulary', 'search_typo', 'organization', 'affiliation',
                  'relationship', 'responsibility', 'boundary', 'contact_point', 'duplicate_key', 'duplicate_keys_of',
                  'duplicate_candidate', 'lifecycle_change', 'contact_merge', 'contact_own', 'contact_import_chunk',
                  'contact_import_problem', 'contact_import_change', 'suppression',
                  'preference', 'contact_identity', 'note', 'rights_request', 'rights_step', 'legal_hold', 'contact_activity',
                  'interest', 'interest_signal', 'rating_due', 'contact_score', 'contact_persona', 'customer_tenure', 'iys_due', 'iys_entry', 'consent_address');

INSERT INTO contact (tenant_id, id, external_id, display_name, email, language, source, search_text, version, create_time,
                     update_time, erase_time, merged_into, email_hash, owner_id)
SELECT fill_tenant(n), fill_id(1, n), 'ext-' || n, name, n || '@example.com', 'tr', 'shop', name || ' ext-' || n, 2,
       fill_time(n), fill_time(n), CASE WHEN n % 200 = 7 THEN fill_time(n) END, CASE WHEN n % 200 = 17 THEN fill_id(1, n - 10) END,
       sha256((n || '@example.com')::bytea), CASE WHEN n % 10 = 3 THEN fill_id(8, n % 10000) END
  FROM generate_series(1, 1000000) n,
       LATERAL (SELECT substr(md5(n % 997 || 'a'), 1, 7) || ' ' || substr(md5(n % 7919 || 'b'), 1, 8) AS name) x;
INSERT INTO event_log_0 (id, tenant_id, subject, aggregate_version, event_id, event_type, occur_time, record_time, payload)
SELECT n, fill_tenant(n), 'contacts/' || fill_id(1, n), 1, fill_id(7, n), 'contact.created', fill_time(n), fill_time(n), '\x00'
  FROM generate_series(1, 1000000) n;
SELECT setval('event_log_id_seq', 1000000);

INSERT INTO consent_log (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time)
SELECT fill_tenant(n), fill_id(1, n), 'marketing', 1, 1, 'form', fill_time(n), fill_time(n) FROM generate_series(1, 200000) n;
INSERT INTO consent_state (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time)
SELECT fill_tenant(n), fill_id(1, n), 'marketing', 1, 1, 'form', fill_time(n), fill_time(n) FROM generate_series(1, 200000) n;
INSERT INTO pii_key (tenant_id, key_id, contact_id, wrapped_key, create_time)
SELECT fill_tenant(n), fill_id(2, n), fill_id(1, n), '\x00', fill_time(n) FROM generate_series(1, 200000) n;
INSERT INTO tenant_key (tenant_id, wrapped_key, create_time) SELECT fill_tenant(n), '\x00', fill_time(n) FROM generate_series(2, 9) n;

-- Words of contacts: of a name's two, a pair of them, and an external id.
INSERT INTO search_contact (tenant_id, contact_id, name_key, words)
SELECT fill_tenant(n), fill_id(1, n), 'name' || n % 7919, 'ext-' || n || chr(10) || 'name' || n % 7919
  FROM generate_series(1, 200000) n WHERE n % 200 <> 7;
INSERT INTO search_word (tenant_id, word, name_key, contact_id)
SELECT fill_tenant(n), word, 'name' || n % 7919, fill_id(1, n) FROM generate_series(1, 200000) n,
       unnest(ARRAY['ext-' || n, 'name' || n % 7919, 'x' || n % 997, ' name' || n % 7919 || ' x' || n % 997]) word WHERE n % 200 <> 7;
INSERT INTO search_vocabulary (tenant_id, word, contacts)
SELECT DISTINCT fill_tenant(n), 'name' || n % 7919, 25 FROM generate_series(1, 200000) n;
INSERT INTO search_typo (tenant_id, key, word)
SELECT DISTINCT fill_tenant(n), 'nam' || left_out || n % 7919, 'name' || n % 7919 FROM generate_series(1, 40000) n, generate_series(1, 7) left_out;

-- Parties: trees of ten, everybody in one organisation, each organisation in one relationship with somebody who answers for it.
INSERT INTO organization (tenant_id, id, external_id, legal_name, brand_name, tax_no, mersis_no, trade_registry_no, is_merchant,
                          industry, size, country, parent_id, state, search_text, version, create_time, update_time)
SELECT fill_tenant(n), fill_id(20, n), CASE WHEN n % 2 = 0 THEN 'org-' || n END, name, '', '', '', '', true, 'retail', 3, 'TR',
       CASE WHEN n % 100 >= 10 THEN fill_id(20, n - n % 100 + n % 10) END, CASE WHEN n % 50 = 0 THEN 2 ELSE 1 END,
       name || ' org-' || n, 1, fill_time(n), fill_time(n)
  FROM generate_series(1, 200000) n, LATERAL (SELECT substr(md5(n % 7919 || 'o'), 1, 12) AS name) x;
INSERT INTO affiliation (tenant_id, id, contact_id, organization_id, role, title, department, valid_from, valid_to, is_primary,
                         influence, version, create_time, update_time)
SELECT fill_tenant(n), fill_id(21, n), fill_id(1, n), fill_id(20, n), 'employee', '', '', '2020-01-01', NULL, n % 3 = 0, 1, 1,
       fill_time(n), fill_time(n) FROM generate_series(1, 200000) n;
INSERT INTO relationship (tenant_id, id, from_party, to_party, type, status, tier, manager_id, start_date, end_date, close_reason,
                          unaccountable, version, create_time, update_time)
SELECT fill_tenant(n), fill_id(22, n), 'organizations/' || fill_id(20, n), 'contacts/' || fill_id(1, n), n % 10 + 1, n % 4 + 1, '',
       CASE WHEN n % 2 = 0 THEN fill_id(23, n % 1000) END, NULL, NULL, '', n % 4 = 1 AND n % 100 < 10, 1, fill_time(n), fill_time(n)
  FROM generate_series(1, 200000) n;
INSERT INTO responsibility (tenant_id, id, relationship_id, user_id, role, from_time, to_time, note)
SELECT fill_tenant(n), fill_id(24, n), fill_id(22, n), fill_id(23, n % 1000), 1, fill_time(n), NULL, ''
  FROM generate_series(1, 200000) n;
INSERT INTO boundary (tenant_id, id, about, rule, reason, set_by, valid_from, valid_to, lift_time, version, create_time)
SELECT fill_tenant(n), fill_id(25, n), 'organizations/' || fill_id(20, n), '\x00', '', '', fill_time(n), NULL,
       CASE WHEN n % 5 = 0 THEN fill_time(n) END, 1, fill_time(n) FROM generate_series(1, 200000) n;

-- Two ways to reach everybody; keys that two share, and a suspicion of every tenth; a step of everybody's.
INSERT INTO contact_point (tenant_id, contact_id, id, kind, value, label, state, is_primary, verify_time, create_time, address_hash)
SELECT fill_tenant(n), fill_id(1, n), fill_id(30 + kind, n), kind, kind || 'value' || n, '', 1, true, NULL, fill_time(n),
       CASE WHEN n % 1000 > 0 THEN sha256((kind || 'value' || n)::bytea) END
  FROM generate_series(1, 200000) n, generate_series(1, 2) kind;
INSERT INTO duplicate_key (tenant_id, key, contact_id)
SELECT fill_tenant(n), (n / 2) * 8 + which, fill_id(1, n) FROM generate_series(1, 200000) n, generate_series(1, 3) which;
INSERT INTO duplicate_keys_of (tenant_id, contact_id, keys)
SELECT fill_tenant(n), fill_id(1, n), ARRAY[(n / 2) * 8 + 1, (n / 2) * 8 + 2, (n / 2) * 8 + 3]::bigint[] FROM generate_series(1, 200000) n;
INSERT INTO duplicate_candidate (tenant_id, id, first_id, second_id, score, reasons, state, create_time)
SELECT fill_tenant(n), fill_id(33, n), fill_id(1, n), fill_id(1, n + 10), 7 + n % 5, '{1,9}', 1 + n % 2, fill_time(n)
  FROM generate_series(1, 200000, 10) n;
INSERT INTO contact_merge (tenant_id, id, survivor_id, merged_id, taken, actor, create_time, undo_time)
SELECT fill_tenant(n), fill_id(34, n), fill_id(1, n), fill_id(1, n + 10), 'email', 'services/fill', fill_time(n),
       CASE WHEN n % 20 < 10 THEN fill_time(n) END FROM generate_series(1, 200000) n;
INSERT INTO contact_own (tenant_id, contact_id, record)
SELECT fill_tenant(n), fill_id(1, n), '\x00' FROM generate_series(1, 200000) n WHERE n % 20 >= 10;
INSERT INTO lifecycle_change (tenant_id, contact_id, contact_version, from_stage, to_stage, reason, actor, change_time)
SELECT fill_tenant(n), fill_id(1, n), 2, 0, 1 + n % 11, 'FILL', 'services/fill', fill_time(n) FROM generate_series(1, 200000) n;
-- Every fifth person's address is not to be written to, some of them lifted; everybody of those prefers something.
INSERT INTO suppression (tenant_id, id, kind, address_hash, purpose, reason, source, actor, create_time, lift_time)
SELECT fill_tenant(n), fill_id(34, n), 1, sha256((n || '@example.com')::bytea), '', 1 + n % 5, 'fill', '', fill_time(n),
       CASE WHEN n % 5 = 0 THEN fill_time(n) END FROM generate_series(1, 200000) n;
INSERT INTO preference (tenant_id, contact_id, topics_on, topics_off, messages_per_day, messages_per_week, pause_until,
                        preferred_channel, quiet_start, quiet_end, version, update_time)
SELECT fill_tenant(n), fill_id(1, n), '{news}', '{offers}', n % 5, 0, NULL, 1, NULL, NULL, 1, fill_time(n)
  FROM generate_series(1, 200000) n;
INSERT INTO contact_identity (tenant_id, id, contact_id, source, value, anonymous, create_time)
SELECT fill_tenant(n), fill_id(36, n), fill_id(1, n), 'web', 'cookie-' || n, n % 3 = 0, fill_time(n) FROM generate_series(1, 200000) n;
INSERT INTO note (tenant_id, id, about, text, pinned, author, editor, version, create_time, update_time)
SELECT fill_tenant(n), fill_id(37, n), 'contacts/' || fill_id(1, n), 'text', n % 10 = 0, 'users/' || fill_id(1, 1), '', 1, fill_time(n), fill_time(n)
  FROM generate_series(1, 200000) n;
INSERT INTO iys_account (tenant_id, iys_code, brand_code, username, wrapped_password, master, approval_purpose, unknown_country, enabled, update_time)
SELECT fill_tenant(n), n, n, 'iys', '\x00', 1, '', true, true, fill_time(n) FROM generate_series(1, 10) n ON CONFLICT DO NOTHING;
INSERT INTO iys_due (tenant_id, contact_id) SELECT fill_tenant(n), fill_id(1, n) FROM generate_series(1, 200000, 40) n;
-- One in a hundred waits or was sent, one in two hundred was refused.
-- Of one in ten something was said by address.
INSERT INTO consent_address (tenant_id, contact_id, point_id, kind, address_hash)
SELECT fill_tenant(n), fill_id(1, n), fill_id(31, n), 1, sha256(('1value' || n)::bytea) FROM generate_series(10, 200000, 10) n;
INSERT INTO iys_entry (tenant_id, contact_id, channel, recipient_type, address_hash, wanted, registered, sent, state, say_time, capture_source,
                       due_time, next_time, attempts, request_id, request_index, register_time, transaction_id, error_code, error_message)
SELECT fill_tenant(n), fill_id(1, n), 1, 1, sha256((n || '@example.com')::bytea), 1, 1, 0,
       CASE WHEN n % 200 = 1 THEN 1 WHEN n % 200 = 2 THEN 2 WHEN n % 200 = 3 THEN 4 ELSE 3 END, fill_time(n), 'HS_WEB', fill_time(n), fill_time(n),
       0, CASE WHEN n % 200 = 2 THEN 'request-' || n % 40 ELSE '' END, 0, fill_time(n), 'transaction', '', ''
  FROM generate_series(1, 200000) n;
INSERT INTO preference_topic (tenant_id, code, title_tr, title_en, default_subscribed, create_time)
SELECT DISTINCT fill_tenant(n), 'topic-' || n % 50, 'Konu', 'Topic', true, fill_time(1) FROM generate_series(1, 2000) n;
-- A thousand imports of two hundred people each.
INSERT INTO contact_import (tenant_id, id, said, actor, state, next_chunk, position, line, created, updated, unchanged, skipped,
                            rejected, consents, undone, left_behind, create_time, update_time)
SELECT fill_tenant(n), fill_id(35, n), '\x00', 'users/fill', 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, fill_time(n), fill_time(n)
  FROM generate_series(1, 1000) n;
INSERT INTO contact_import_chunk (tenant_id, import_id, number, request_hash, answer)
SELECT fill_tenant(n), fill_id(35, n), chunk, '\x00', '\x00' FROM generate_series(1, 1000) n, generate_series(1, 200) chunk;
INSERT INTO contact_import_problem (tenant_id, import_id, of_undo, line, field, reason, message)
SELECT fill_tenant(n), fill_id(35, n), line % 10 = 0, line, 'email', 'EMAIL_SYNTAX', '' FROM generate_series(1, 1000) n, generate_series(1, 200) line;
INSERT INTO contact_import_change (tenant_id, import_id, contact_id, line, version, is_new, trace)
SELECT fill_tenant(n), fill_id(35, n), fill_id(1, n + 1000 * line), line, 1, true, '\x00'
  FROM generate_series(1, 1000) n, generate_series(1, 200) line;

INSERT INTO rights_request (tenant_id, id, contact_id, kind, state, intake, receive_time, profile, profile_version, due_time, purposes, note,
                            close_time, version, create_time, update_time)
SELECT fill_tenant(n), fill_id(36, n), fill_id(1, n), n % 6 + 1, CASE WHEN n % 50 = 0 THEN 3 ELSE 4 END, 1, fill_time(n), 'TR', 1, fill_time(n), '{}',
       '', CASE WHEN n % 50 > 0 THEN fill_time(n) END, 2, fill_time(n), fill_time(n) FROM generate_series(1, 200000) n;
INSERT INTO rights_step (tenant_id, request_id, version, state, action, reason, actor, step_time)
SELECT fill_tenant(n), fill_id(36, n), 1, 1, 'RECEIVED', '', '', fill_time(n) FROM generate_series(1, 200000) n;
INSERT INTO legal_hold (tenant_id, contact_id, set_time, reason, set_by)
SELECT fill_tenant(n), fill_id(1, n), fill_time(n), 'LAWSUIT', '' FROM generate_series(1, 200000) n;
INSERT INTO contact_activity (tenant_id, contact_id, last_time) SELECT fill_tenant(n), fill_id(1, n), fill_time(n) FROM generate_series(1, 200000) n;
INSERT INTO retention_rule (tenant_id, code, title, days, purpose, lifecycle_stages, despite_consent, create_time, update_time)
SELECT DISTINCT fill_tenant(n), 'rule-' || n % 20, '', 730, '', '{}'::smallint[], false, fill_time(1), fill_time(1) FROM generate_series(1, 2000) n;
-- Everybody of those is interested in something and rated; they became customers on every day of the year.
INSERT INTO interest (tenant_id, contact_id, topic, kind, sum, last_time, half_life_days, not_interested)
SELECT fill_tenant(n), fill_id(1, n), 'topic-' || n % 50, 1 + n % 3, 2, fill_time(n), 60, n % 30 = 0 FROM generate_series(1, 200000) n;
INSERT INTO interest_signal (tenant_id, contact_id, id, topic, kind, weight, source, occur_time, record_time)
SELECT fill_tenant(n), fill_id(1, n), fill_id(40, n * 10 + k), 'topic-' || n % 50, 1 + n % 3, 1, 'fill', fill_time(n), fill_time(n)
  FROM generate_series(1, 200000) n, generate_series(0, 1) k;
INSERT INTO interest_half_life (tenant_id, topic, kind, days)
SELECT DISTINCT fill_tenant(n), 'topic-' || n % 50, 2, 30 FROM generate_series(1, 2000) n;
INSERT INTO rating_definition (tenant_id, kind, code, version, body, update_time)
SELECT DISTINCT fill_tenant(n), 1 + n % 3, 'rule-' || n % 9, 3, '\x00'::bytea, fill_time(1) FROM generate_series(1, 2000) n;
INSERT INTO rating_definition_version (tenant_id, kind, code, version, body, actor, change_time)
SELECT tenant_id, kind, code, v, body, 'services/fill', update_time FROM rating_definition, generate_series(1, 3) v;
INSERT INTO rating_sweep (tenant_id, swept_to, is_sweeping, next_time)
SELECT DISTINCT fill_tenant(n), fill_id(1, 1), false, fill_time(1) FROM generate_series(1, 2000) n;
INSERT INTO rating_due (tenant_id, contact_id) SELECT fill_tenant(n), fill_id(1, n) FROM generate_series(1, 200000) n;
INSERT INTO contact_score (tenant_id, contact_id, definition, definition_version, score, grade, shares, count_time)
SELECT fill_tenant(n), fill_id(1, n), 'rule-0', 3, n % 100, CASE WHEN n % 100 >= 80 THEN 'A' ELSE '' END, '[]', fill_time(n)
  FROM generate_series(1, 200000) n;
INSERT INTO contact_persona (tenant_id, contact_id, persona, is_primary, match_time)
SELECT fill_tenant(n), fill_id(1, n), 'rule-1', true, fill_time(n) FROM generate_series(1, 200000) n;
INSERT INTO customer_tenure (tenant_id, contact_id, customer_since, year_day)
SELECT fill_tenant(n), fill_id(1, n), fill_time(n), 32 * extract(month FROM fill_time(n)) + extract(day FROM fill_time(n))
  FROM generate_series(1, 200000) n;

-- The tables of events, which every service has, are planned here for all of them.
INSERT INTO applied_version (consumer, tenant_id, subject, version, event_id)
SELECT 'contact.unsubscribe.v1', fill_tenant(n), 'messages/' || fill_id(3, n), 2, fill_id(7, n) FROM generate_series(1, 200000) n;
INSERT INTO aggregate_state (tenant_id, subject, version, event_id, occur_time, record_time, state, erased, dirty_since)
SELECT fill_tenant(n), 'contacts/' || fill_id(1, n), 1, fill_id(7, n), fill_time(n), fill_time(n), '\x00', false,
       CASE WHEN n % 1000 = 0 THEN fill_time(n) END FROM generate_series(1, 200000) n;
INSERT INTO idempotency (tenant_id, request_id, method, request_hash, response, create_time, subject)
SELECT fill_tenant(n), fill_id(8, n), 'CreateContact', '\x00', '\x00', fill_time(n), 'contacts/' || fill_id(1, n)
  FROM generate_series(1, 200000) n;
INSERT INTO outbox_pending (id, tenant_id, lane) SELECT n, fill_tenant(n), n % 64 FROM generate_series(998001, 1000000) n;
INSERT INTO consumer_position (consumer, topic, part, next_offset)
SELECT 'contact.unsubscribe.v1', 'vefa.notification.v1', n, 1000 FROM generate_series(0, 23) n;
INSERT INTO parked_subject (consumer, tenant_id, subject, topic, kind, reason, first_version, next_attempt_time, complete, park_time)
SELECT 'contact.unsubscribe.v1', fill_tenant(n), 'messages/' || fill_id(3, n), 'vefa.notification.v1', 'POISON', 'no', 1,
       fill_time(n), true, fill_time(n) FROM generate_series(1, 2000) n;
INSERT INTO parked_event (consumer, tenant_id, subject, version, topic, part, off, event_id, reason, payload, park_time, copied)
SELECT 'contact.unsubscribe.v1', fill_tenant(n), 'messages/' || fill_id(3, n % 2000), n, 'vefa.notification.v1', 0, n, fill_id(7, n),
       'no', '\x00', fill_time(n), n % 100 > 0 FROM generate_series(1, 20000) n;
INSERT INTO skipped_event (consumer, tenant_id, subject, version)
SELECT 'contact.unsubscribe.v1', fill_tenant(n), 'messages/' || fill_id(3, n), 1 FROM generate_series(1, 2000) n;
INSERT INTO unreadable_record (consumer, topic, part, off, reason, detail, headers, unknown_tenant, refuse_time, copied)
SELECT 'contact.unsubscribe.v1', 'vefa.notification.v1', 0, n, 'HEADERS', '', '\x00', CASE WHEN n % 10 = 0 THEN fill_tenant(n) END,
       fill_time(n), n % 100 > 0 FROM generate_series(1, 20000) n;
INSERT INTO projection_run (id, consumer, kind, read_from, state, create_time, finish_time)
SELECT fill_id(9, n), 'contact.state.v1', 2, 1, 3, fill_time(n), fill_time(n) FROM generate_series(1, 2000) n;
-- A run's shadow has these beside the tables it clones; statements of a fold name them.
CREATE TABLE "~parked" (tenant_id uuid, subject text COLLATE "C", kind text NOT NULL, PRIMARY KEY (tenant_id, subject));
CREATE TABLE "applied_version~live" (LIKE applied_version INCLUDING ALL);
INSERT INTO "applied_version~live" SELECT * FROM applied_version;
GRANT SELECT, INSERT ON "~parked", "applied_version~live" TO PUBLIC;
