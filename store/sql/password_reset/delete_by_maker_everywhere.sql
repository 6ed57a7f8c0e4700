DELETE FROM password_reset WHERE made_by = $1
