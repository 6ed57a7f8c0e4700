UPDATE account SET name = $2, renamed_at = $3 WHERE id = $1
