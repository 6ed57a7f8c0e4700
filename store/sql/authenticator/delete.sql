DELETE FROM authenticator WHERE person_id = $1
