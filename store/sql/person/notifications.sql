SELECT mail_new_sign_ins, mail_key_expiry, mail_security_events FROM person WHERE id = $1
