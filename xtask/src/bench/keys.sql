-- Inserts :keys keys into the one application of a new database. Some are test keys, some never expire, some are revoked. They
-- have no secret, because the list does not read secrets.
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :keys)
INSERT INTO api_key (
    id, account_id, application_id, name, folded_name, description, environment, scopes, ip_rules, expires_at, created_at,
    created_by, idempotency_key, revoked_at, revoked_reason
)
SELECT printf('ak%s_%016d', iif(n % 10 = 1, 't', 'l'), n), a.account_id, a.id,
    printf('service %d of %d', n * 7919 % 100003, n), printf('service %d of %d', n * 7919 % 100003, n), '', iif(n % 10 = 1, 'test', 'live'),
    'invoice:read payment-intent:create payment-intent:read', '', iif(n % 10 = 2, NULL, 4102444800000 + n),
    a.created_at + n, (SELECT id FROM person LIMIT 1), randomblob(16), iif(n % 10 = 3, a.created_at + n, NULL),
    iif(n % 10 = 3, 'no longer used', '')
FROM number, application a;
