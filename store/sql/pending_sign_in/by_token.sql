SELECT s.person_id, p.email, p.password_hash, p.is_support,
    s.issuer, s.subject, s.provider_account, s.authenticated_at, s.detail
FROM pending_sign_in s
JOIN person p ON p.id = s.person_id
WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.attempts < $3
    AND p.disabled_at IS NULL AND p.password_hash = s.password_hash
