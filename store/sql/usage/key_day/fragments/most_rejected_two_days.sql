    AND d.rejected_two_days >= $4
ORDER BY d.rejected_two_days DESC, d.key_id
LIMIT $3
