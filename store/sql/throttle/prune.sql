DELETE FROM throttle
WHERE bucket IN (SELECT old.bucket FROM throttle old WHERE old.full_at < $1 ORDER BY old.full_at LIMIT $2)
