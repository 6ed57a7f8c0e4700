UPDATE recovery_code SET used_at = $3 WHERE code_hash = $2 AND person_id = $1 AND used_at IS NULL
