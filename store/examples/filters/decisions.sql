-- Inserts decisions $1 to $2 of one application, of 1,000 keys and 20 routes: a tenth of them is refused, and few have another route or
-- another code. $3 is now.
WITH RECURSIVE number (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM number WHERE n < $2)
INSERT INTO decision (
    id, at, request_id, key_id, application_id, account_id, verdict, detail, address, asked, route, user_agent, from_browser
)
SELECT n, $3 - 1000000 + n, 'request-' || CAST(n AS TEXT), 'akl_' || SUBSTR(CAST(10000000000000000 + n % 1000 * 7919 AS TEXT), 2),
    a.id, a.account_id,
    CASE
        WHEN n % 200000 = 11 THEN 'key_revoked'
        WHEN n % 200000 = 12 THEN 'throttled'
        WHEN n % 10 = 3 THEN 'insufficient_scope'
        ELSE 'valid'
    END,
    0, '192.0.2.' || CAST(n % 250 AS TEXT), 'invoice:read',
    CASE WHEN n % 200000 = 13 THEN 'DELETE /invoices/{id}' ELSE 'GET /invoices/' || CAST(n % 20 AS TEXT) END, 'client/1', FALSE
FROM number, application a
WHERE a.name = 'Application 1'
