SELECT (SELECT COUNT(*) FROM authenticator a WHERE a.person_id = $1)
    + (SELECT COUNT(*) FROM passkey k WHERE k.person_id = $1)
