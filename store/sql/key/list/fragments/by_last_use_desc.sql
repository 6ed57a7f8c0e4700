    AND u.application_id = $1
    AND (u.at, u.key_id) < ($2, $3)
ORDER BY u.at DESC, u.key_id DESC
LIMIT $4
