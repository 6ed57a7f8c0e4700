-- GCRA: $1 bucket, $2 now, $3 the time between two attempts of an even flow, $4 the end of the window, $5 the same with the
-- difference that clocks may have: a later time is of a clock that was wrong, and does not count.
INSERT INTO throttle (bucket, full_at) VALUES ($1, CAST($2 AS BIGINT) + $3)
ON CONFLICT (bucket) DO UPDATE SET full_at = CASE
    WHEN throttle.full_at < $2 THEN CAST($2 AS BIGINT) + $3
    WHEN throttle.full_at > $5 THEN $4
    ELSE throttle.full_at + $3
END
WHERE throttle.full_at + $3 <= $4 OR throttle.full_at > $5
