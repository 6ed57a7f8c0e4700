INSERT INTO account (id, name, created_at, audit_seq, audit_hash) VALUES ($1, $2, $3, 0, $4)
