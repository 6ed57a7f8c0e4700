    AND ($4 = '' OR e.kind = $4)
    AND ($5 < 0 OR e.severity = $5)
    AND ($6 = '' OR e.subject = $6)
    AND ($7 = 'all' OR (e.acknowledged_at IS NULL) = ($7 = 'open'))
    AND (e.last_at, e.id) < ($8, $9)
ORDER BY e.last_at DESC, e.id DESC
LIMIT $10
