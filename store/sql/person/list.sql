SELECT p.id, p.email, p.is_support, p.disabled_at IS NOT NULL AS disabled, p.password_hash <> '' AS has_password, p.seen_at,
    EXISTS (SELECT 1 FROM authenticator t WHERE t.person_id = p.id) AS has_app,
    (SELECT COUNT(*) FROM passkey k WHERE k.person_id = p.id) AS passkeys,
    EXISTS (SELECT 1 FROM identity i WHERE i.person_id = p.id) AS linked,
    m.role, c.id AS account_id, c.name AS account_name
FROM person p
LEFT JOIN membership m ON m.person_id = p.id
LEFT JOIN account c ON c.id = m.account_id
ORDER BY p.email, c.name, c.id
