-- Rows in every table of an SQLite database, with values that a copy may get wrong: quotes, line breaks, separators of COPY,
-- bytes that are not text, empty values, NULL, the extremes of integers. Ids begin with the number of their table.
INSERT INTO account (id, name, folded_name, renamed_at, created_at, audit_seq, audit_hash, audit_seal, audit_pepper, factor_policy)
VALUES
    (X'01000000000000000000000000000001', 'O''Neil, "Żółć" \N \. {1}', 'o''neil, "żółć" \n \. {1}', NULL, 1, 2, X'00FF00', X'5C6E', 'p1', 'everybody'),
    (X'01000000000000000000000000000002', 'Renamed', 'renamed', 5, -9223372036854775808, 0, X'', NULL, '', 'optional');
INSERT INTO application (id, account_id, name, folded_name, time_zone, created_at, archived_at, deleted_at) VALUES
    (X'02000000000000000000000000000001', X'01000000000000000000000000000001', 'Payments', 'payments', 'Europe/Berlin', 3, NULL, NULL),
    (X'02000000000000000000000000000002', X'01000000000000000000000000000001', 'Archived', 'archived', 'UTC', 3, 4, NULL),
    (X'02000000000000000000000000000003', X'01000000000000000000000000000001', 'Deleted', 'deleted', 'UTC', 3, NULL, NULL);
INSERT INTO person (id, email, password_hash, is_support, created_at, seen_at, disabled_at, name, shortcuts, last_application)
VALUES
    (X'03000000000000000000000000000001', 'ada@example.com', '$argon2id$v=19', FALSE, 1, 9223372036854775807, NULL, 'Ada 🗝', TRUE, X'02000000000000000000000000000001'),
    (X'03000000000000000000000000000002', 'help@example.com', '', TRUE, 1, NULL, 7, '', FALSE, NULL);
INSERT INTO membership (account_id, person_id, role, created_at, managed) VALUES
    (X'01000000000000000000000000000001', X'03000000000000000000000000000001', 'owner', 1, TRUE);
INSERT INTO application_role (application_id, person_id, role, created_at) VALUES
    (X'02000000000000000000000000000001', X'03000000000000000000000000000001', 'viewer', 1);
INSERT INTO invitation (id, account_id, email, role, token_hash, pepper, invited_by, created_at, expires_at) VALUES
    (X'04000000000000000000000000000001', X'01000000000000000000000000000001', 'bo@example.com', 'viewer', X'AA', 'p1', X'03000000000000000000000000000001', 1, 2);
INSERT INTO session (token_hash, pepper, id, person_id, created_at, seen_at, authenticated_at, address, user_agent, through_provider, provider_account)
VALUES
    (X'BB', 'p1', X'05000000000000000000000000000001', X'03000000000000000000000000000001', 1, 2, 3, '2001:db8::1', 'a	b', TRUE, X'01000000000000000000000000000001');
INSERT INTO password_reset (token_hash, pepper, person_id, made_by, requested, created_at, expires_at) VALUES
    (X'CC', 'p1', X'03000000000000000000000000000002', NULL, TRUE, 1, 2);
INSERT INTO second_factor (person_id, recovery_secret, pepper, created_at) VALUES
    (X'03000000000000000000000000000001', X'0001027F80FF', 'p1', 1);
INSERT INTO authenticator (person_id, secret, pepper, created_at, last_step) VALUES
    (X'03000000000000000000000000000001', X'DEADBEEF', 'p1', 1, 58000000);
INSERT INTO passkey (id, person_id, credential_id, credential, name, created_at, last_used_at, signs_in_alone, refused_at) VALUES
    (X'06000000000000000000000000000001', X'03000000000000000000000000000001', X'EE', '{"counter":1,"x":"\n\\"}', 'Phone', 1, NULL, TRUE, NULL);
INSERT INTO passkey_challenge (handle_hash, purpose, owner, state, expires_at) VALUES (X'FF', 'sign_in', X'01', '{}', 1);
INSERT INTO recovery_code (code_hash, person_id, created_at, used_at) VALUES
    (X'10', X'03000000000000000000000000000001', 1, 2), (X'11', X'03000000000000000000000000000001', 1, NULL);
INSERT INTO pending_sign_in (token_hash, pepper, person_id, password_hash, created_at, expires_at, attempts, issuer, subject, authenticated_at)
VALUES (X'12', 'p1', X'03000000000000000000000000000001', '', 1, 2, 3, 'https://id.example', 'sub', NULL);
INSERT INTO throttle (bucket, full_at) VALUES (X'13', 1);
INSERT INTO mail (id, kind, recipient, person_id, account_id, content, pepper, created_at, expires_at, attempts, unanswered, next_attempt_at)
VALUES (X'07000000000000000000000000000001', 'invitation', 'bo@example.com', NULL, X'01000000000000000000000000000001', X'00', 'p1', 1, 2, 0, 0, 1);
INSERT INTO identity (issuer, subject, person_id, created_at, email, by_email) VALUES
    ('https://id.example', 'sub', X'03000000000000000000000000000001', 1, '', FALSE);
INSERT INTO completed_sign_in (id_hash, expires_at) VALUES (X'14', 1);
-- The first key refers to a later row, and the last one belongs to an application that is deleted afterwards.
INSERT INTO api_key (id, account_id, application_id, name, folded_name, description, environment, scopes, ip_rules, rate_requests, rate_window_ms, created_at, created_by, idempotency_key, expires_at)
VALUES
    ('akl_1', X'01000000000000000000000000000001', X'02000000000000000000000000000001', 'Ökey', 'ökey', 'a
b', 'live', 'invoice:read', '10.0.0.0/8', 5, 1000, 1, X'03000000000000000000000000000001', X'08000000000000000000000000000001', 99),
    ('akl_2', X'01000000000000000000000000000001', X'02000000000000000000000000000001', 'two', 'two', '', 'test', 'invoice:read tax:read', '', NULL, NULL, 2, NULL, X'08000000000000000000000000000002', NULL),
    ('akl_3', X'01000000000000000000000000000001', X'02000000000000000000000000000003', 'gone', 'gone', '', 'live', 'tax:read', '', NULL, NULL, 3, NULL, X'08000000000000000000000000000003', NULL);
UPDATE api_key SET deprecated_at = 4, retires_at = 5, replaced_by = 'akl_2' WHERE id = 'akl_1';
UPDATE api_key SET deactivated_at = 6, archived = TRUE WHERE id = 'akl_2';
UPDATE api_key SET revoked_at = 7, revoked_reason = 'leaked' WHERE id = 'akl_3';
UPDATE application SET deleted_at = 8 WHERE id = X'02000000000000000000000000000003';
INSERT INTO key_secret (id, key_id, digest, pepper, created_at) VALUES
    (X'09000000000000000000000000000001', 'akl_1', X'0102', 'p1', 1),
    (X'09000000000000000000000000000002', 'akl_2', X'0304', 'p0', 1);
UPDATE key_last_use SET at = 9, address = '10.0.0.1', user_agent = 'curl', route = 'GET /' WHERE key_id = 'akl_1';
INSERT INTO usage_rollup (subject, span, bucket, outcome, calls) VALUES ('akl_1', 60000, 1, 'accepted', 7);
INSERT INTO usage_refusal (subject, span, bucket, code, outcome, calls) VALUES ('akl_1', 60000, 1, 'key_revoked', 'refused', 1);
INSERT INTO usage_breakdown (subject, span, bucket, revision, body) VALUES ('akl_1', 60000, 1, 2, '{"address":{}}');
INSERT INTO key_day (key_id, application_id, day, accepted, refused, rate_limited) VALUES
    ('akl_1', X'02000000000000000000000000000001', 20000, 7, 3, 2);
INSERT INTO usage_batch (id, at) VALUES (X'0A000000000000000000000000000001', 1);
INSERT INTO usage_journal (batch_id, seq, node_id, body) VALUES
    (X'0A000000000000000000000000000002', 1, X'0B000000000000000000000000000001', X'00');
INSERT INTO usage_report (subject, span, bucket, calls, client_errors, server_errors, latency_ms, within_25, within_100, within_250, within_1000, within_5000)
VALUES ('akl_1', 60000, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9);
INSERT INTO usage_report_batch (id, at) VALUES (X'0A000000000000000000000000000003', 1);
INSERT INTO decision (id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked, route, user_agent, from_browser)
VALUES (9007199254740993, 1, 'r1', 'akl_1', X'02000000000000000000000000000001', X'01000000000000000000000000000001', 'valid', 0, '', '', '', '', TRUE);
INSERT INTO key_expiry_notice (key_id, expires_at, days) VALUES ('akl_1', 99, 7);
INSERT INTO key_expiry_mail (application_id, days, inserted_at) VALUES (X'02000000000000000000000000000001', 7, 1);
INSERT INTO security_event (id, account_id, application_id, kind, severity, subject, value, first_at, last_at, calls, address, route, user_agent, request_id, detail, mailed_at)
VALUES (41, X'01000000000000000000000000000001', NULL, 'sign_in_failed', 2, '', '', 1, 2, 3, '', '', '', '', '', NULL);
INSERT INTO sighting (key_id, kind, value, first_at, last_at) VALUES ('akl_1', 'network', '10.0.0.0/24', 1, 2);
INSERT INTO audit (account_id, seq, at, actor_id, actor, action, target, detail, address, request_id, before, after, encoding, hash, seal, pepper)
VALUES
    (X'01000000000000000000000000000001', 1, 1, NULL, 'system', 'account.created', '', '', '', '', '', '', 3, X'0F', X'0E', 'p1'),
    (X'01000000000000000000000000000001', 2, 2, X'03000000000000000000000000000001', 'ada@example.com', 'key.created', 'akl_1', 'ökey', '::1', 'r', '{}', '{}', 3, X'00FF00', X'5C6E', 'p1');
INSERT INTO change (position, application_id, key_id) VALUES
    (16, NULL, 'akl_1'), (17, X'02000000000000000000000000000003', NULL);
INSERT INTO time_mark (id, at) VALUES (1, 1234567890123);
UPDATE change_head SET position = 17, epoch = 4, history = 2, forked_at = 11, opened = FALSE, oldest_schema = 0;
INSERT INTO node (id, name, epoch, beat, applied, history, lease_ms, peppers, version, schema, joined_at) VALUES
    (X'0B000000000000000000000000000001', 'old:3000', 4, 0, 17, 2, 30000, 'p1', '0.1.0', 1, 1);
UPDATE write_probe SET at = 77;
