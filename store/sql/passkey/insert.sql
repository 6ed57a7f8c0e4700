INSERT INTO passkey (id, person_id, credential_id, credential, name, created_at, last_used_at, signs_in_alone)
SELECT $1, p.id, $3, $4, $5, $6, NULL, TRUE
FROM person p
WHERE p.id = $2 AND p.password_hash <> ''
