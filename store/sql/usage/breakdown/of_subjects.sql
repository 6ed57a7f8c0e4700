SELECT subject, revision, body FROM usage_breakdown WHERE span = $1 AND bucket = $2 AND subject IN ($3)
