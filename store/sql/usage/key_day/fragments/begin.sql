SELECT id, name, accepted, refused, rate_limited
FROM (
