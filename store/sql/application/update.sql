UPDATE application SET name = $3, time_zone = $4 WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL
