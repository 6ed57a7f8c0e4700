SELECT COUNT(*) FROM application WHERE account_id = $1 AND deleted_at IS NULL
