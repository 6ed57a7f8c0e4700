-- Inserts keys $1 to $2 of one application: five creators and one with few keys, six common sets of scopes, one that few keys have.
-- Few are for tests, expired, revoked, inactive or not confirmed. $3 is now; ONCE is a unique id made of n.
WITH RECURSIVE number (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM number WHERE n < $2)
INSERT INTO api_key (
    id, account_id, application_id, name, folded_name, description, environment, scopes, ip_rules, created_at, created_by,
    idempotency_key, confirmed_at, expires_at, deactivated_at, revoked_at, revoked_reason
)
SELECT 'akl_' || SUBSTR(CAST(10000000000000000 + n * 7919 AS TEXT), 2), a.account_id, a.id,
    'service ' || CAST(n * 7919 % 1000003 AS TEXT) || ' of team ' || CAST(n % 97 AS TEXT),
    'service ' || CAST(n * 7919 % 1000003 AS TEXT) || ' of team ' || CAST(n % 97 AS TEXT), '',
    CASE WHEN n % 500 = 1 THEN 'test' ELSE 'live' END,
    CASE
        WHEN n % 100000 = 17 THEN 'wallet:update'
        WHEN n % 100 = 18 THEN 'transfer:create transfer:read'
        ELSE CASE n % 4
            WHEN 0 THEN 'invoice:read payment-intent:create payment-intent:read'
            WHEN 1 THEN 'invoice:create invoice:read'
            WHEN 2 THEN 'balance:read exchange-rate:read'
            ELSE 'customer:read invoice:read payment-intent:read webhook:create webhook:read'
        END
    END,
    CASE WHEN n % 3 = 0 THEN '' ELSE '10.0.0.0/8' END,
    $3 - (1000001 - n) * 40000,
    (
        SELECT p.id FROM person p
        WHERE p.email = 'owner' || CAST(CASE WHEN n % 100000 = 19 THEN 6 ELSE n % 5 + 1 END AS TEXT) || '@example.com'
    ),
    ONCE,
    CASE WHEN n % 10000 = 22 THEN NULL ELSE $3 END,
    CASE
        WHEN n % 1000 = 3 THEN $3 - n
        WHEN n % 5000 = 4 THEN $3 + 86400000 + n
        WHEN n % 2 = 0 THEN $3 + 8640000000 + n
    END,
    CASE WHEN n % 10000 = 6 THEN $3 END,
    CASE WHEN n % 1000 = 5 THEN $3 END, ''
FROM number, application a
WHERE a.name = 'Application 1'
