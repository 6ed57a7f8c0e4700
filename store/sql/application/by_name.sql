SELECT id FROM application WHERE account_id = $1 AND name = $2 AND deleted_at IS NULL
