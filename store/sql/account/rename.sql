UPDATE account SET name = $2, folded_name = $3, renamed_at = $4 WHERE id = $1
