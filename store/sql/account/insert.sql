INSERT INTO account (id, name, folded_name, created_at, audit_seq, audit_hash) VALUES ($1, $2, $3, $4, 0, $5)
