SELECT r.person_id, p.email, r.expires_at
FROM password_reset r
JOIN person p ON p.id = r.person_id
WHERE r.token_hash = $1 AND r.expires_at > $2 AND p.disabled_at IS NULL
