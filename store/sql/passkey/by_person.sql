SELECT id, person_id, credential, name, created_at, last_used_at, signs_in_alone
FROM passkey
WHERE person_id = $1
ORDER BY created_at, id
