UPDATE account SET audit_seq = audit_seq + 1 WHERE id = $1 RETURNING audit_seq, audit_hash, audit_seal, audit_pepper
