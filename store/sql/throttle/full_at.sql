SELECT full_at FROM throttle WHERE bucket = $1
