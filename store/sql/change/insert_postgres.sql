WITH inserted AS (INSERT INTO change (position, application_id, key_id) VALUES ($1, $2, $3))
SELECT pg_notify('latchkey_change', '')
