-- Ids of keys that may match a filter, by one of its conditions ($5); the others are of no effect. Every matching key is among them, once.
WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n < 99),
candidate (id) AS (
    SELECT id FROM api_key WHERE $5 = 'environment' AND application_id = $1 AND environment = $7
    UNION ALL
    SELECT k.id
    FROM scope_set s CROSS JOIN api_key k
    WHERE $5 = 'scope' AND s.application_id = $1 AND ' ' || s.scopes || ' ' LIKE $8
        AND k.application_id = $1 AND k.scopes = s.scopes
    UNION ALL
    SELECT id FROM api_key WHERE $5 = 'creator' AND application_id = $1 AND created_by = $9
    UNION ALL
    SELECT id FROM api_key WHERE $5 IN ('revoked', 'ended') AND application_id = $1 AND revoked_at IS NOT NULL
    UNION ALL
    -- "created_at > 0" makes SQLite use the index of inactive keys.
    SELECT id FROM api_key
    WHERE $5 IN ('inactive', 'not-ended') AND application_id = $1 AND deactivated_at IS NOT NULL AND revoked_at IS NULL
        AND created_at > 0 AND ($5 = 'inactive' OR sort_expiry <= $10)
    UNION ALL
    SELECT id FROM api_key
    WHERE $5 IN ('expired', 'ended') AND application_id = $1 AND revoked_at IS NULL AND sort_expiry <= $10
    UNION ALL
    SELECT id FROM api_key
    WHERE $5 IN ('expired', 'ended') AND application_id = $1 AND retires_at IS NOT NULL AND retires_at <= $10
        AND revoked_at IS NULL AND sort_expiry > $10
    UNION ALL
    SELECT id FROM api_key
    WHERE $5 IN ('active', 'not-ended') AND application_id = $1 AND revoked_at IS NULL AND sort_expiry > $10
    UNION ALL
    SELECT id FROM api_key
    WHERE $5 = 'expires-soon' AND application_id = $1 AND revoked_at IS NULL AND sort_expiry > $10 AND sort_expiry <= $12
    UNION ALL
    SELECT id FROM api_key
    WHERE $5 = 'never-expires' AND application_id = $1 AND revoked_at IS NULL AND sort_expiry = 9223372036854775806
    UNION ALL
    SELECT id FROM api_key WHERE $5 = 'retiring' AND application_id = $1 AND retires_at IS NOT NULL
    UNION ALL
    SELECT id FROM api_key
    WHERE $5 = 'not-confirmed' AND application_id = $1 AND confirmed_at IS NULL AND revoked_at IS NULL
    UNION ALL
    SELECT id FROM api_key WHERE $5 = 'any-address' AND application_id = $1 AND ip_rules = ''
    UNION ALL
    SELECT id FROM api_key WHERE $5 = 'old' AND application_id = $1 AND created_at <= $10 - 31536000000
    UNION ALL
    SELECT key_id FROM key_last_use WHERE $5 = 'never-used' AND application_id = $1 AND at = 0
    UNION ALL
    SELECT key_id FROM key_last_use WHERE $5 = 'idle' AND application_id = $1 AND at > 0 AND at <= $11
    UNION ALL
    -- A list of ids of 20 characters.
    SELECT SUBSTR($13, n * 21 + 1, 20) FROM place WHERE $5 = 'attention' AND n * 21 < LENGTH($13)
    UNION ALL
