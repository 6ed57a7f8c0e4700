SELECT s.id, s.person_id, s.created_at, s.seen_at, s.authenticated_at, p.email, p.is_support, p.name, p.time_zone,
    p.shortcuts, p.last_application
FROM session s
JOIN person p ON p.id = s.person_id
WHERE s.token_hash = $1 AND p.disabled_at IS NULL
