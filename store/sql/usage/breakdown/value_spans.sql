SELECT value, MIN(bucket), MAX(bucket) FROM usage_breakdown WHERE subject = $1 AND span = $2 AND dimension = $3 GROUP BY value
