DELETE FROM pending_sign_in WHERE person_id = $1
