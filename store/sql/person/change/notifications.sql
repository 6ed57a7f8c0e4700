UPDATE person SET mail_new_sign_ins = $2, mail_key_expiry = $3, mail_security_events = $4 WHERE id = $1
