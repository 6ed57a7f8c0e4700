UPDATE application SET deleted_at = $3 WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL
