SELECT p.id, p.email, p.password_hash, p.is_support, p.disabled_at
FROM identity i
JOIN person p ON p.id = i.person_id
WHERE i.issuer = $1 AND i.subject = $2
