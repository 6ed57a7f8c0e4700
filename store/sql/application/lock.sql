UPDATE application SET archived_at = archived_at WHERE id = $1 AND deleted_at IS NULL
