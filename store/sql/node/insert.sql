INSERT INTO node (id, name, epoch, beat, applied, history, lease_ms, peppers, version, schema, joined_at)
VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $10)
