UPDATE account SET audit_hash = $2, audit_seal = $3, audit_pepper = $4 WHERE id = $1
