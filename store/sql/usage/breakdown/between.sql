SELECT bucket, body FROM usage_breakdown WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
