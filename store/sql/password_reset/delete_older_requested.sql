DELETE FROM password_reset
WHERE person_id = $1 AND requested
    AND token_hash NOT IN (
        SELECT r.token_hash FROM password_reset r
        WHERE r.person_id = $1 AND r.requested AND r.expires_at > $2
        ORDER BY r.created_at DESC, r.token_hash
        LIMIT $3
    )
