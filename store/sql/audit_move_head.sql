UPDATE account SET audit_hash = $2 WHERE id = $1
