-- Counts up to $4. The position of a page ($2, $3) is not used.
SELECT COUNT(*) FROM (SELECT 1 FROM candidate WHERE $2 <= 0 AND $3 = '' LIMIT $4) found
