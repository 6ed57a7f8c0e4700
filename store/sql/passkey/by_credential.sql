SELECT k.id, k.person_id, k.credential, k.name, k.created_at, k.last_used_at, k.signs_in_alone, p.email, p.password_hash, p.is_support
FROM passkey k
JOIN person p ON p.id = k.person_id
WHERE k.credential_id = $1 AND p.disabled_at IS NULL
