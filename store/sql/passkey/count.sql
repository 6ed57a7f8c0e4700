SELECT COUNT(*) FROM passkey WHERE person_id = $1
