UPDATE application SET name = $3, folded_name = $4, time_zone = $5
WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL
