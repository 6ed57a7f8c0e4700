SELECT i.id, i.account_id, c.name AS account_name, i.email, i.role, p.email AS invited_by, i.expires_at, i.pepper
FROM invitation i
JOIN account c ON c.id = i.account_id
JOIN person p ON p.id = i.invited_by
WHERE i.account_id = $1 AND i.expires_at > $2
ORDER BY i.email
