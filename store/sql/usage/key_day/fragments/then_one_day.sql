) AS two_days
UNION ALL
SELECT id, name, accepted, refused, rate_limited
FROM (
