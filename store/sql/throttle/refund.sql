UPDATE throttle SET full_at = full_at - $2 WHERE bucket = $1
