UPDATE application SET archived_at = NULL WHERE id = $1 AND archived_at IS NULL AND deleted_at IS NULL
