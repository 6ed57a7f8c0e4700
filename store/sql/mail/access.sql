SELECT p.email, p.mail_new_sign_ins, p.mail_key_expiry, p.mail_security_events, COALESCE(r.role, m.role) AS role
FROM person p
LEFT JOIN membership m ON m.person_id = p.id AND m.account_id = $2
LEFT JOIN application_role r ON r.person_id = m.person_id AND r.application_id = $3 AND m.role <> 'owner'
    AND EXISTS (SELECT 1 FROM application a WHERE a.id = r.application_id AND a.account_id = $2 AND a.deleted_at IS NULL)
WHERE p.id = $1 AND p.disabled_at IS NULL
