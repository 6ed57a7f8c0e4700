UPDATE application SET archived_at = NULL
WHERE id = $1 AND account_id = $2 AND archived_at IS NOT NULL AND deleted_at IS NULL
