-- The "+" keeps SQLite from preferring the index of the application, which is narrower.
WHERE application_id = $1 AND CASE verdict WHEN 'throttled' THEN 'rate_limited' ELSE verdict END = $7
    AND +id >= $2 AND id < $3
