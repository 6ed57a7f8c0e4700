UPDATE application SET archived_at = $3
WHERE id = $1 AND account_id = $2 AND archived_at IS NULL AND deleted_at IS NULL
