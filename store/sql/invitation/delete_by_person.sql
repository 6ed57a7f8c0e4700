DELETE FROM invitation WHERE invited_by = $1
