SELECT archived_at FROM application WHERE id = $1 AND archived_at IS NOT NULL AND deleted_at IS NULL
