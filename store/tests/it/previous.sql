-- migration 11
-- statement ACCOUNT_BY_NAME
SELECT id FROM account WHERE name = $1
-- statement ACCOUNT_INSERT
INSERT INTO account (id, name, created_at, audit_seq, audit_hash) VALUES ($1, $2, $3, 0, $4)
-- statement ACCOUNTS_BY_PERSON
SELECT account_id FROM membership WHERE person_id = $1 ORDER BY account_id
-- statement APPLICATION_BY_NAME
SELECT id FROM application WHERE account_id = $1 AND name = $2
-- statement APPLICATION_CHANGE
UPDATE application SET name = $3, time_zone = $4 WHERE id = $1 AND account_id = $2
-- statement APPLICATION_FOR_PERSON
SELECT a.id, a.account_id, c.name AS account_name, a.name, a.time_zone, m.role
FROM membership m
JOIN account c ON c.id = m.account_id
JOIN application a ON a.account_id = m.account_id
WHERE m.person_id = $1 AND a.id = $2
-- statement APPLICATION_INSERT
INSERT INTO application (id, account_id, name, time_zone, created_at) VALUES ($1, $2, $3, $4, $5)
-- statement APPLICATIONS_ALL
SELECT id, account_id FROM application
-- statement APPLICATIONS_BY_PERSON
SELECT a.id, a.account_id, c.name AS account_name, a.name, a.time_zone, m.role
FROM membership m
JOIN account c ON c.id = m.account_id
JOIN application a ON a.account_id = m.account_id
WHERE m.person_id = $1
ORDER BY a.name, a.id
-- statement AUDIT_BY_TARGET
SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1 AND target = $2
ORDER BY at DESC, seq DESC
LIMIT $3
-- statement AUDIT_DOWN
SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1
    AND ($5 = '' OR target = $5)
    AND ($6 = '' OR actor = $6)
    AND ($7 = '' OR action = $7)
    AND at >= $8
    AND at < $9
    AND (at, seq) < ($2, $3)
ORDER BY at DESC, seq DESC
LIMIT $4
-- statement AUDIT_HEAD
UPDATE account SET audit_seq = audit_seq + 1 WHERE id = $1 RETURNING audit_seq, audit_hash
-- statement AUDIT_HEAD_BY
UPDATE account SET audit_seq = audit_seq + $2 WHERE id = $1 RETURNING audit_seq, audit_hash
-- statement AUDIT_HEADS
SELECT a.id, a.name, a.audit_seq, a.audit_hash, (SELECT MAX(e.seq) FROM audit e WHERE e.account_id = a.id) AS last_seq
FROM account a
ORDER BY a.name, a.id
-- statement AUDIT_INSERT
INSERT INTO audit (
    account_id, seq, at, actor_id, actor, action, target, detail, address, request_id, before, after, encoding, hash
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
-- statement AUDIT_LINES
SELECT a.account_id, a.seq, a.at, a.actor_id, a.actor, a.action, a.target, a.detail, a.address, a.request_id, a.before,
    a.after, a.encoding, a.hash, p.hash AS previous
FROM audit a
LEFT JOIN audit p ON p.account_id = a.account_id AND p.seq = a.seq - 1
WHERE a.account_id = $1
    AND a.seq > $2
    AND ($4 = '' OR a.target = $4)
    AND ($5 = '' OR a.actor = $5)
    AND ($6 = '' OR a.action = $6)
    AND a.at >= $7
    AND a.at < $8
ORDER BY a.seq
LIMIT $3
-- statement AUDIT_MOVE_HEAD
UPDATE account SET audit_hash = $2 WHERE id = $1
-- statement AUDIT_OF_ACTION_DOWN
SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1
    AND ($5 = '' OR target = $5)
    AND ($6 = '' OR actor = $6)
    AND ($7 = '' OR action = $7)
    AND at >= $8
    AND at < $9
    AND action = $7
    AND (at, seq) < ($2, $3)
ORDER BY at DESC, seq DESC
LIMIT $4
-- statement AUDIT_OF_ACTION_UP
SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1
    AND ($5 = '' OR target = $5)
    AND ($6 = '' OR actor = $6)
    AND ($7 = '' OR action = $7)
    AND at >= $8
    AND at < $9
    AND action = $7
    AND (at, seq) > ($2, $3)
ORDER BY at, seq
LIMIT $4
-- statement AUDIT_OF_ACTOR_DOWN
SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1
    AND ($5 = '' OR target = $5)
    AND ($6 = '' OR actor = $6)
    AND ($7 = '' OR action = $7)
    AND at >= $8
    AND at < $9
    AND actor = $6
    AND (at, seq) < ($2, $3)
ORDER BY at DESC, seq DESC
LIMIT $4
-- statement AUDIT_OF_ACTOR_UP
SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1
    AND ($5 = '' OR target = $5)
    AND ($6 = '' OR actor = $6)
    AND ($7 = '' OR action = $7)
    AND at >= $8
    AND at < $9
    AND actor = $6
    AND (at, seq) > ($2, $3)
ORDER BY at, seq
LIMIT $4
-- statement AUDIT_ON_DOWN
SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1
    AND ($5 = '' OR target = $5)
    AND ($6 = '' OR actor = $6)
    AND ($7 = '' OR action = $7)
    AND at >= $8
    AND at < $9
    AND target = $5
    AND (at, seq) < ($2, $3)
ORDER BY at DESC, seq DESC
LIMIT $4
-- statement AUDIT_ON_UP
SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1
    AND ($5 = '' OR target = $5)
    AND ($6 = '' OR actor = $6)
    AND ($7 = '' OR action = $7)
    AND at >= $8
    AND at < $9
    AND target = $5
    AND (at, seq) > ($2, $3)
ORDER BY at, seq
LIMIT $4
-- statement AUDIT_UP
SELECT seq, at, actor, action, target, detail, address, request_id, before, after
FROM audit
WHERE account_id = $1
    AND ($5 = '' OR target = $5)
    AND ($6 = '' OR actor = $6)
    AND ($7 = '' OR action = $7)
    AND at >= $8
    AND at < $9
    AND (at, seq) > ($2, $3)
ORDER BY at, seq
LIMIT $4
-- statement DECISIONS_COUNT
SELECT COUNT(*) FROM decision
-- statement DECISIONS_INSERT
INSERT INTO decision (id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked,
    route, user_agent, from_browser)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id) DO NOTHING
-- statement DECISIONS_LAST
SELECT COALESCE(MAX(id), 0) FROM decision
-- statement DECISIONS_OF_APPLICATION
SELECT id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked,
    route, user_agent, from_browser
FROM decision
WHERE application_id = $1 AND id < $2
ORDER BY id DESC
LIMIT $3
-- statement REFUSALS_OF_APPLICATION
SELECT id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked,
    route, user_agent, from_browser
FROM decision
WHERE application_id = $1 AND id < $2
    AND verdict <> 'valid'
ORDER BY id DESC
LIMIT $3
-- statement DECISIONS_OF_KEY
SELECT id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked,
    route, user_agent, from_browser
FROM decision
WHERE application_id = $1 AND id < $2
    AND key_id = $4
ORDER BY id DESC
LIMIT $3
-- statement REFUSALS_OF_KEY
SELECT id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked,
    route, user_agent, from_browser
FROM decision
WHERE application_id = $1 AND id < $2
    AND key_id = $4
    AND verdict <> 'valid'
ORDER BY id DESC
LIMIT $3
-- statement DECISIONS_OF_REQUEST
SELECT id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked,
    route, user_agent, from_browser
FROM decision
WHERE request_id = $1
ORDER BY id
LIMIT $2
-- statement DECISIONS_OF_REQUEST_IN
SELECT id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked,
    route, user_agent, from_browser
FROM decision
WHERE request_id = $1 AND application_id = $3
ORDER BY id
LIMIT $2
-- statement DECISIONS_PRUNE
DELETE FROM decision WHERE id IN (SELECT id FROM decision WHERE id < $1 ORDER BY id LIMIT $2)
-- statement INVITATION_BY_TOKEN
SELECT i.id, i.account_id, c.name AS account_name, i.email, i.role, p.email AS invited_by, i.expires_at
FROM invitation i
JOIN account c ON c.id = i.account_id
JOIN person p ON p.id = i.invited_by
WHERE i.token_hash = $1 AND i.expires_at > $2
-- statement INVITATION_INSERT
INSERT INTO invitation (id, account_id, email, role, token_hash, invited_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
-- statement INVITATION_REPLACE
DELETE FROM invitation WHERE account_id = $1 AND email = $2
-- statement INVITATION_TAKE
DELETE FROM invitation WHERE token_hash = $1 AND expires_at > $2
-- statement INVITATION_WITHDRAW
DELETE FROM invitation WHERE account_id = $1 AND id = $2
-- statement INVITATIONS_BY_ACCOUNT
SELECT i.id, i.account_id, c.name AS account_name, i.email, i.role, p.email AS invited_by, i.expires_at
FROM invitation i
JOIN account c ON c.id = i.account_id
JOIN person p ON p.id = i.invited_by
WHERE i.account_id = $1 AND i.expires_at > $2
ORDER BY i.email
-- statement INVITATIONS_OF_INVITER
DELETE FROM invitation WHERE account_id = $1 AND invited_by = $2
-- statement KEY_ACTIVATE
UPDATE api_key SET deactivated_at = NULL
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL AND deactivated_at IS NOT NULL
-- statement KEY_BY_ID
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1 AND k.id = $2
-- statement KEY_BY_ONCE
SELECT id FROM api_key WHERE application_id = $1 AND once = $2
-- statement KEY_CHANGE
UPDATE api_key
SET name = $3, description = $4, scopes = $5, ip_rules = $6, expires_at = $7, rate_requests = $8, rate_window_ms = $9
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL
-- statement KEY_CONFIRM
UPDATE api_key SET confirmed_at = $3 WHERE application_id = $1 AND id = $2 AND confirmed_at IS NULL
-- statement KEY_DAY_ADD
INSERT INTO key_day (key_id, application_id, day, accepted, refused, rate_limited) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key_id) DO UPDATE
SET day = CASE WHEN excluded.day > key_day.day THEN excluded.day ELSE key_day.day END,
    accepted_before = CASE
        WHEN excluded.day = key_day.day THEN key_day.accepted_before
        WHEN excluded.day = key_day.day + 86400000 THEN key_day.accepted
        WHEN excluded.day > key_day.day THEN 0
        WHEN excluded.day = key_day.day - 86400000 THEN key_day.accepted_before + excluded.accepted
        ELSE key_day.accepted_before
    END,
    accepted = CASE
        WHEN excluded.day = key_day.day THEN key_day.accepted + excluded.accepted
        WHEN excluded.day > key_day.day THEN excluded.accepted
        ELSE key_day.accepted
    END,
    refused_before = CASE
        WHEN excluded.day = key_day.day THEN key_day.refused_before
        WHEN excluded.day = key_day.day + 86400000 THEN key_day.refused
        WHEN excluded.day > key_day.day THEN 0
        WHEN excluded.day = key_day.day - 86400000 THEN key_day.refused_before + excluded.refused
        ELSE key_day.refused_before
    END,
    refused = CASE
        WHEN excluded.day = key_day.day THEN key_day.refused + excluded.refused
        WHEN excluded.day > key_day.day THEN excluded.refused
        ELSE key_day.refused
    END,
    rate_limited_before = CASE
        WHEN excluded.day = key_day.day THEN key_day.rate_limited_before
        WHEN excluded.day = key_day.day + 86400000 THEN key_day.rate_limited
        WHEN excluded.day > key_day.day THEN 0
        WHEN excluded.day = key_day.day - 86400000 THEN key_day.rate_limited_before + excluded.rate_limited
        ELSE key_day.rate_limited_before
    END,
    rate_limited = CASE
        WHEN excluded.day = key_day.day THEN key_day.rate_limited + excluded.rate_limited
        WHEN excluded.day > key_day.day THEN excluded.rate_limited
        ELSE key_day.rate_limited
    END
-- statement KEY_DAYS_BUSIEST_BOTH
SELECT k.id, k.name, d.accepted + d.accepted_before, d.refused + d.refused_before,
    d.rate_limited + d.rate_limited_before
FROM key_day d CROSS JOIN api_key k
WHERE d.application_id = $1 AND d.day = $2 AND k.id = d.key_id
ORDER BY d.calls_both DESC, d.key_id
LIMIT $3
-- statement KEY_DAYS_BUSIEST_ONE
SELECT k.id, k.name, d.accepted, d.refused, d.rate_limited
FROM key_day d CROSS JOIN api_key k
WHERE d.application_id = $1 AND d.day = $2 AND k.id = d.key_id
ORDER BY d.calls DESC, d.key_id
LIMIT $3
-- statement KEY_DAYS_MISSED_BOTH
SELECT k.id, k.name, d.accepted + d.accepted_before, d.refused + d.refused_before,
    d.rate_limited + d.rate_limited_before
FROM key_day d CROSS JOIN api_key k
WHERE d.application_id = $1 AND d.day = $2 AND k.id = d.key_id
    AND d.missed_both >= $4
ORDER BY d.missed_both DESC, d.key_id
LIMIT $3
-- statement KEY_DAYS_MISSED_ONE
SELECT k.id, k.name, d.accepted, d.refused, d.rate_limited
FROM key_day d CROSS JOIN api_key k
WHERE d.application_id = $1 AND d.day = $2 AND k.id = d.key_id
    AND d.missed >= $4
ORDER BY d.missed DESC, d.key_id
LIMIT $3
-- statement KEY_DEACTIVATE
UPDATE api_key SET deactivated_at = $3
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL AND deactivated_at IS NULL
-- statement KEY_ENTRIES_BY_APPLICATION
SELECT k.id, k.application_id, k.account_id, k.scopes, k.ip_rules, k.rate_requests, k.rate_window_ms, k.expires_at,
    k.deprecated_at, k.retires_at, k.deactivated_at, k.revoked_at, s.digest
FROM api_key k
JOIN key_secret s ON s.key_id = k.id
WHERE k.application_id = $1
-- statement KEY_ENTRY
SELECT k.id, k.application_id, k.account_id, k.scopes, k.ip_rules, k.rate_requests, k.rate_window_ms, k.expires_at,
    k.deprecated_at, k.retires_at, k.deactivated_at, k.revoked_at, s.digest
FROM api_key k
JOIN key_secret s ON s.key_id = k.id
WHERE k.id = $1
-- statement KEY_INSERT
INSERT INTO api_key (
    id, account_id, application_id, name, description, environment, scopes, ip_rules, expires_at, created_at,
    created_by, once, rate_requests, rate_window_ms
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (application_id, once) DO NOTHING
-- statement KEY_REPLACE
UPDATE api_key SET deprecated_at = $3, retires_at = $4, replaced_by = $5
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL AND replaced_by IS NULL
-- statement KEY_RETIRE
UPDATE api_key SET retires_at = $3
WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL AND replaced_by IS NOT NULL AND retires_at > $4
-- statement KEY_REVOKE
UPDATE api_key SET revoked_at = $3, revoked_reason = $4 WHERE application_id = $1 AND id = $2 AND revoked_at IS NULL
-- statement KEYS_BY_CREATED_DOWN
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND (k.created_at, k.id) < ($2, $3)
ORDER BY k.created_at DESC, k.id DESC
LIMIT $4
-- statement SOME_BY_CREATED_DOWN
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND ($5 = '' OR k.environment = $5)
    AND ($6 = '' OR k.name_key LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- An index is entered by the place of the page, not by these two: hence the "+".
    AND +u.at <= $12
    AND +k.ends_key <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND (k.created_at, k.id) < ($2, $3)
ORDER BY k.created_at DESC, k.id DESC
LIMIT $4
-- statement KEYS_BY_CREATED_UP
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND (k.created_at, k.id) > ($2, $3)
ORDER BY k.created_at, k.id
LIMIT $4
-- statement SOME_BY_CREATED_UP
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND ($5 = '' OR k.environment = $5)
    AND ($6 = '' OR k.name_key LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- An index is entered by the place of the page, not by these two: hence the "+".
    AND +u.at <= $12
    AND +k.ends_key <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND (k.created_at, k.id) > ($2, $3)
ORDER BY k.created_at, k.id
LIMIT $4
-- statement KEYS_BY_ENDS_DOWN
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND (k.ends_key, k.id) < ($2, $3)
ORDER BY k.ends_key DESC, k.id DESC
LIMIT $4
-- statement SOME_BY_ENDS_DOWN
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND ($5 = '' OR k.environment = $5)
    AND ($6 = '' OR k.name_key LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- An index is entered by the place of the page, not by these two: hence the "+".
    AND +u.at <= $12
    AND +k.ends_key <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND (k.ends_key, k.id) < ($2, $3)
ORDER BY k.ends_key DESC, k.id DESC
LIMIT $4
-- statement KEYS_BY_ENDS_UP
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND (k.ends_key, k.id) > ($2, $3)
ORDER BY k.ends_key, k.id
LIMIT $4
-- statement SOME_BY_ENDS_UP
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND ($5 = '' OR k.environment = $5)
    AND ($6 = '' OR k.name_key LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- An index is entered by the place of the page, not by these two: hence the "+".
    AND +u.at <= $12
    AND +k.ends_key <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND k.ends_key <= $13
    AND (k.ends_key, k.id) > ($2, $3)
ORDER BY k.ends_key, k.id
LIMIT $4
-- statement KEYS_BY_NAME_DOWN
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND (k.name_key, k.id) < (LOWER($2), $3)
ORDER BY k.name_key DESC, k.id DESC
LIMIT $4
-- statement SOME_BY_NAME_DOWN
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND ($5 = '' OR k.environment = $5)
    AND ($6 = '' OR k.name_key LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- An index is entered by the place of the page, not by these two: hence the "+".
    AND +u.at <= $12
    AND +k.ends_key <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND (k.name_key, k.id) < (LOWER($2), $3)
ORDER BY k.name_key DESC, k.id DESC
LIMIT $4
-- statement KEYS_BY_NAME_UP
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND (k.name_key, k.id) > (LOWER($2), $3)
ORDER BY k.name_key, k.id
LIMIT $4
-- statement SOME_BY_NAME_UP
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND ($5 = '' OR k.environment = $5)
    AND ($6 = '' OR k.name_key LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- An index is entered by the place of the page, not by these two: hence the "+".
    AND +u.at <= $12
    AND +k.ends_key <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND (k.name_key, k.id) > (LOWER($2), $3)
ORDER BY k.name_key, k.id
LIMIT $4
-- statement KEYS_BY_USED_DOWN
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND u.application_id = $1
    AND (u.at, u.key_id) < ($2, $3)
ORDER BY u.at DESC, u.key_id DESC
LIMIT $4
-- statement SOME_BY_USED_DOWN
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND ($5 = '' OR k.environment = $5)
    AND ($6 = '' OR k.name_key LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- An index is entered by the place of the page, not by these two: hence the "+".
    AND +u.at <= $12
    AND +k.ends_key <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND u.application_id = $1
    AND (u.at, u.key_id) < ($2, $3)
ORDER BY u.at DESC, u.key_id DESC
LIMIT $4
-- statement KEYS_BY_USED_UP
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND u.application_id = $1
    AND (u.at, u.key_id) > ($2, $3)
ORDER BY u.at, u.key_id
LIMIT $4
-- statement SOME_BY_USED_UP
SELECT k.id, k.name, k.description, k.environment, k.scopes, k.ip_rules, k.rate_requests,
    k.rate_window_ms, k.expires_at, k.created_at, k.created_by, p.email AS created_by_email, k.confirmed_at,
    k.deactivated_at, k.deprecated_at, k.retires_at, k.replaced_by, r.id AS replaces, k.revoked_at, k.revoked_reason,
    u.at AS used_at, u.address AS used_address, u.user_agent AS used_user_agent, u.route AS used_route
FROM api_key k
JOIN key_last_use u ON u.key_id = k.id
LEFT JOIN person p ON p.id = k.created_by
LEFT JOIN api_key r ON r.replaced_by = k.id
WHERE k.application_id = $1
    AND ($5 = '' OR k.environment = $5)
    AND ($6 = '' OR k.name_key LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- An index is entered by the place of the page, not by these two: hence the "+".
    AND +u.at <= $12
    AND +k.ends_key <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND u.at <= $12
    AND u.application_id = $1
    AND (u.at, u.key_id) > ($2, $3)
ORDER BY u.at, u.key_id
LIMIT $4
-- statement KEYS_COUNT
SELECT COUNT(*)
FROM (
    SELECT 1
    FROM api_key k
    JOIN key_last_use u ON u.key_id = k.id
    WHERE k.application_id = $1
    AND ($5 = '' OR k.environment = $5)
    AND ($6 = '' OR k.name_key LIKE $6 ESCAPE '\' OR k.name LIKE $7 ESCAPE '\' OR k.id LIKE $8 ESCAPE '\')
    AND ($9 = '' OR $9 = CASE
        WHEN k.revoked_at IS NOT NULL THEN 'revoked'
        WHEN k.deactivated_at IS NOT NULL THEN 'inactive'
        WHEN k.expires_at <= $11 OR k.retires_at <= $11 THEN 'expired'
        ELSE 'active'
    END)
    -- An index is entered by the place of the page, not by these two: hence the "+".
    AND +u.at <= $12
    AND +k.ends_key <= $13
    AND ($10 = '' OR (
        k.revoked_at IS NULL
        AND (k.deactivated_at IS NOT NULL
            OR ((k.expires_at IS NULL OR k.expires_at > $11) AND (k.retires_at IS NULL OR k.retires_at > $11)))
        AND CASE $10
            WHEN 'retiring' THEN k.retires_at IS NOT NULL
            WHEN 'expires-soon' THEN k.expires_at > $11
            WHEN 'never-used' THEN u.at = 0
            WHEN 'idle' THEN u.at > 0
            WHEN 'not-confirmed' THEN k.confirmed_at IS NULL
            WHEN 'never-expires' THEN k.expires_at IS NULL
            WHEN 'any-address' THEN k.ip_rules = ''
            WHEN 'old' THEN k.created_at <= $11 - 31536000000
            ELSE FALSE
        END
    ))
    AND (k.created_at, k.id) > ($2, $3)
    LIMIT $4
) found
-- statement KEYS_REVOKE_ALL
UPDATE api_key SET revoked_at = $2, revoked_reason = $3
WHERE application_id = $1 AND revoked_at IS NULL
RETURNING id, deactivated_at, expires_at, retires_at
-- statement KEYS_TOTAL
SELECT key_count FROM application WHERE id = $1
-- statement KEYS_UNUSUAL
SELECT id, ip_rules, rate_requests, rate_window_ms, deprecated_at, retires_at, deactivated_at, revoked_at
FROM api_key
WHERE ip_rules <> '' OR rate_requests IS NOT NULL OR deprecated_at IS NOT NULL OR retires_at IS NOT NULL
    OR deactivated_at IS NOT NULL OR revoked_at IS NOT NULL
-- statement KEYS_UNREVOKED
SELECT COUNT(*) FROM api_key WHERE application_id = $1 AND revoked_at IS NULL
-- statement LAST_USE_SET
INSERT INTO key_last_use (key_id, at, address, user_agent, route) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key_id) DO UPDATE
SET at = excluded.at, address = excluded.address, user_agent = excluded.user_agent, route = excluded.route
WHERE excluded.at > key_last_use.at
-- statement MEMBERS_BY_ACCOUNT
SELECT p.id, p.email, m.role, m.created_at, p.seen_at
FROM membership m
JOIN person p ON p.id = m.person_id
WHERE m.account_id = $1 AND p.disabled_at IS NULL
ORDER BY p.email
-- statement MEMBERSHIP_BY_EMAIL
SELECT m.role FROM membership m JOIN person p ON p.id = m.person_id WHERE m.account_id = $1 AND p.email = $2
-- statement MEMBERSHIP_CHANGE
UPDATE membership SET role = $3
WHERE account_id = $1 AND person_id = $2
    AND ($3 = 'owner' OR role <> 'owner' OR EXISTS (
        SELECT 1 FROM membership o
        JOIN person p ON p.id = o.person_id
        WHERE o.account_id = $1 AND o.person_id <> $2 AND o.role = 'owner' AND p.disabled_at IS NULL
    ))
-- statement MEMBERSHIP_DELETE
DELETE FROM membership
WHERE account_id = $1 AND person_id = $2
    AND (role <> 'owner' OR EXISTS (
        SELECT 1 FROM membership o
        JOIN person p ON p.id = o.person_id
        WHERE o.account_id = $1 AND o.person_id <> $2 AND o.role = 'owner' AND p.disabled_at IS NULL
    ))
-- statement MEMBERSHIP_INSERT
INSERT INTO membership (account_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)
-- statement MEMBERSHIP_ROLE
SELECT role FROM membership WHERE account_id = $1 AND person_id = $2
-- statement PERSON_BY_EMAIL
SELECT id, email, password_hash, is_support FROM person WHERE email = $1 AND disabled_at IS NULL
-- statement PERSON_COUNT
SELECT COUNT(*) FROM person
-- statement PERSON_INSERT
INSERT INTO person (id, email, password_hash, is_support, created_at) VALUES ($1, $2, $3, $4, $5)
-- statement PERSON_REHASH
UPDATE person SET password_hash = $2 WHERE id = $1
-- statement PERSON_SEEN
UPDATE person SET seen_at = $2 WHERE id = $1 AND (seen_at IS NULL OR seen_at < $2)
-- statement PERSON_SEEN_BY_SESSION
UPDATE person SET seen_at = $2
WHERE id = (SELECT person_id FROM session WHERE token_hash = $1) AND (seen_at IS NULL OR seen_at < $2)
-- statement PING
SELECT 1
-- statement SCHEMA_VERSION
SELECT CAST(MAX(version) AS BIGINT) FROM _sqlx_migrations WHERE success
-- statement SECRET_INSERT
INSERT INTO key_secret (id, key_id, digest, pepper, created_at) VALUES ($1, $2, $3, $4, $5)
-- statement SECRETS_ANY
SELECT COUNT(*) FROM (SELECT id FROM key_secret LIMIT 1) AS found
-- statement SECRETS_COUNT
SELECT COUNT(*), COUNT(CASE WHEN pepper <> $1 THEN 1 END) FROM key_secret
-- statement SECURITY_ACKNOWLEDGE
UPDATE security_event
SET acknowledged_at = $4, acknowledged_by = $5, note = $6
WHERE account_id = $1
    AND id = $2
    AND (application_id = $3 OR ($7 AND application_id IS NULL))
    AND acknowledged_at IS NULL
-- statement SECURITY_ADD
UPDATE security_event
SET calls = calls + $5,
    first_at = CASE WHEN $6 < first_at THEN $6 ELSE first_at END,
    last_at = CASE WHEN $7 > last_at THEN $7 ELSE last_at END,
    address = $8,
    route = $9,
    user_agent = $10,
    request_id = $11,
    detail = $12
WHERE id = (
    SELECT id FROM security_event
    WHERE account_id = $1
        AND kind = $2
        AND subject = $3
        AND value = $4
        AND last_at >= $13
        AND acknowledged_at IS NULL
    ORDER BY last_at DESC
    LIMIT 1
)
-- statement SECURITY_INSERT
INSERT INTO security_event (account_id, kind, subject, value, calls, first_at, last_at, address, route, user_agent,
    request_id, detail, application_id, severity)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
-- statement SECURITY_ONE
SELECT e.id, e.kind, e.subject, e.value, e.first_at, e.last_at, e.calls, e.address, e.route, e.user_agent,
    e.request_id, e.detail, e.acknowledged_at, e.acknowledged_by, e.note, k.name AS key_name,
    k.revoked_at AS key_revoked_at, k.replaced_by AS key_replaced_by
FROM security_event e
LEFT JOIN api_key k ON k.id = e.subject AND k.application_id = e.application_id
WHERE e.account_id = $1
    AND (e.application_id = $2 OR ($3 AND e.application_id IS NULL))
    AND e.id = $4
-- statement SECURITY_OPEN
SELECT COUNT(*), COUNT(CASE WHEN severity = $5 THEN 1 END)
FROM security_event
WHERE account_id = $1
    AND (application_id = $2 OR ($3 AND application_id IS NULL))
    AND ($4 = '' OR subject = $4)
    AND acknowledged_at IS NULL
-- statement SECURITY_PAGE
SELECT e.id, e.kind, e.subject, e.value, e.first_at, e.last_at, e.calls, e.address, e.route, e.user_agent,
    e.request_id, e.detail, e.acknowledged_at, e.acknowledged_by, e.note, k.name AS key_name,
    k.revoked_at AS key_revoked_at, k.replaced_by AS key_replaced_by
FROM security_event e
LEFT JOIN api_key k ON k.id = e.subject AND k.application_id = e.application_id
WHERE e.account_id = $1
    AND (e.application_id = $2 OR ($3 AND e.application_id IS NULL))
    AND ($4 = '' OR e.kind = $4)
    AND ($5 < 0 OR e.severity = $5)
    AND ($6 = '' OR e.subject = $6)
    AND ($7 = 'all' OR (e.acknowledged_at IS NULL) = ($7 = 'open'))
    AND (e.last_at, e.id) < ($8, $9)
ORDER BY e.last_at DESC, e.id DESC
LIMIT $10
-- statement SECURITY_PRUNE
DELETE FROM security_event
WHERE id IN (SELECT old.id FROM security_event old WHERE old.last_at < $1 ORDER BY old.last_at LIMIT $2)
-- statement SESSION_BY_TOKEN
SELECT s.id, s.person_id, s.created_at, s.seen_at, s.authenticated_at, p.email, p.is_support
FROM session s
JOIN person p ON p.id = s.person_id
WHERE s.token_hash = $1 AND p.disabled_at IS NULL
-- statement SESSION_DELETE
DELETE FROM session WHERE token_hash = $1
-- statement SESSION_INSERT
INSERT INTO session (token_hash, id, person_id, created_at, seen_at, authenticated_at, address, user_agent)
VALUES ($1, $2, $3, $4, $4, $4, $5, $6)
-- statement SESSION_PROVE
UPDATE session SET authenticated_at = $2 WHERE token_hash = $1 AND authenticated_at <= $2
-- statement SESSION_TOUCH
UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2
-- statement SESSIONS_PRUNE
DELETE FROM session WHERE seen_at < $1 OR created_at < $2
-- statement SIGHTING_PRUNE
DELETE FROM sighting
WHERE (key_id, kind, value) IN (
    SELECT old.key_id, old.kind, old.value FROM sighting old WHERE old.last_at < $1 ORDER BY old.last_at LIMIT $2
)
-- statement SIGHTING_SET
INSERT INTO sighting (key_id, kind, value, first_at, last_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (key_id, kind, value) DO UPDATE
SET last_at = excluded.last_at
WHERE excluded.last_at > sighting.last_at
-- statement SIGHTINGS_OF
SELECT value, first_at, last_at FROM sighting WHERE key_id = $1 AND kind = $2
-- statement SUPPORT_ACCOUNTS
SELECT c.id, c.name, (SELECT COUNT(*) FROM application a WHERE a.account_id = c.id) AS applications
FROM account c
WHERE c.id = $1 OR ($2 <> '' AND LOWER(c.name) LIKE $2 ESCAPE '\')
ORDER BY c.name, c.id
LIMIT $3
-- statement SUPPORT_APPLICATIONS
SELECT a.id, a.account_id, c.name AS account_name, a.name, a.time_zone
FROM application a
JOIN account c ON c.id = a.account_id
WHERE a.id = $1 OR a.account_id = $1 OR ($2 <> '' AND LOWER(a.name) LIKE $2 ESCAPE '\')
ORDER BY c.name, a.name, a.id
LIMIT $3
-- statement SUPPORT_KEY
SELECT a.id, a.account_id, c.name AS account_name, a.name, a.time_zone
FROM api_key k
JOIN application a ON a.id = k.application_id
JOIN account c ON c.id = a.account_id
WHERE k.id = $1
-- statement SUPPORT_KEYS
SELECT k.id, k.name AS key_name, a.id AS application_id, a.account_id, c.name AS account_name, a.name, a.time_zone
FROM api_key k
JOIN application a ON a.id = k.application_id
JOIN account c ON c.id = a.account_id
WHERE substr(k.id, 1, 8) = $1 AND substr(k.id, 17, 4) = $2
ORDER BY k.id
LIMIT $3
-- statement USAGE_ADD
INSERT INTO usage_rollup (subject, span, bucket, outcome, calls) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (subject, span, bucket, outcome) DO UPDATE SET calls = usage_rollup.calls + excluded.calls
-- statement USAGE_BATCH_INSERT
INSERT INTO usage_batch (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING
-- statement USAGE_BATCHES_PRUNE
DELETE FROM usage_batch WHERE at < $1
-- statement USAGE_BETWEEN
SELECT bucket, outcome, calls FROM usage_rollup WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
-- statement USAGE_NOTE_INSERT
INSERT INTO usage_note (batch, seq, body) VALUES ($1, $2, $3) ON CONFLICT (batch, seq) DO NOTHING
-- statement USAGE_NOTES
SELECT batch, body FROM usage_note ORDER BY batch, seq
-- statement USAGE_NOTES_DELETE
DELETE FROM usage_note WHERE batch = $1
-- statement USAGE_OF_PAGE
SELECT subject, outcome,
    STRING_AGG(CAST((bucket - $2) / 3600000 AS TEXT) || ':' || CAST(calls AS TEXT), ' ') AS hours
FROM usage_rollup
WHERE span = $1 AND bucket >= $2 AND bucket <= $3
    AND subject IN (
        $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
        $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46,
        $47, $48, $49, $50, $51, $52, $53, $54
    )
GROUP BY subject, outcome
-- statement USAGE_BY_ADD
INSERT INTO usage_by (subject, span, bucket, dimension, value, outcome, calls) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (subject, span, bucket, dimension, value, outcome) DO UPDATE SET calls = usage_by.calls + excluded.calls
-- statement USAGE_BY_BETWEEN
SELECT dimension, value, outcome, CAST(SUM(calls) AS BIGINT) FROM usage_by
WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
GROUP BY dimension, value, outcome
-- statement USAGE_BY_FIRST
SELECT value, MIN(bucket), MAX(bucket) FROM usage_by WHERE subject = $1 AND span = $2 AND dimension = $3 GROUP BY value
-- statement USAGE_BY_PRUNE
DELETE FROM usage_by
WHERE (subject, span, bucket, dimension, value, outcome) IN (
    SELECT old.subject, old.span, old.bucket, old.dimension, old.value, old.outcome FROM usage_by old
    WHERE old.span = $1 AND old.bucket < $2
    ORDER BY old.bucket
    LIMIT $3
)
-- statement USAGE_PRUNE
DELETE FROM usage_rollup
WHERE (subject, span, bucket, outcome) IN (
    SELECT old.subject, old.span, old.bucket, old.outcome FROM usage_rollup old
    WHERE old.span = $1 AND old.bucket < $2
    ORDER BY old.bucket
    LIMIT $3
)
-- statement USAGE_REPORT_ADD
INSERT INTO usage_report (
    subject, span, bucket, calls, client_errors, server_errors, latency_ms,
    within_25, within_100, within_250, within_1000, within_5000
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (subject, span, bucket) DO UPDATE
SET calls = usage_report.calls + excluded.calls,
    client_errors = usage_report.client_errors + excluded.client_errors,
    server_errors = usage_report.server_errors + excluded.server_errors,
    latency_ms = usage_report.latency_ms + excluded.latency_ms,
    within_25 = usage_report.within_25 + excluded.within_25,
    within_100 = usage_report.within_100 + excluded.within_100,
    within_250 = usage_report.within_250 + excluded.within_250,
    within_1000 = usage_report.within_1000 + excluded.within_1000,
    within_5000 = usage_report.within_5000 + excluded.within_5000
-- statement USAGE_REPORT_BATCH_INSERT
INSERT INTO usage_report_batch (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING
-- statement USAGE_REPORT_BATCHES_PRUNE
DELETE FROM usage_report_batch
WHERE id IN (SELECT old.id FROM usage_report_batch old WHERE old.at < $1 ORDER BY old.at LIMIT $2)
-- statement USAGE_REPORT_BETWEEN
SELECT bucket, calls, client_errors, server_errors, latency_ms,
    within_25, within_100, within_250, within_1000, within_5000
FROM usage_report
WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
-- statement USAGE_REPORT_PRUNE
DELETE FROM usage_report
WHERE (subject, span, bucket) IN (
    SELECT old.subject, old.span, old.bucket FROM usage_report old
    WHERE old.span = $1 AND old.bucket < $2
    ORDER BY old.bucket
    LIMIT $3
)
