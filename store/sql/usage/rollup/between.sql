SELECT bucket, outcome, calls FROM usage_rollup WHERE subject = $1 AND span = $2 AND bucket >= $3 AND bucket <= $4
