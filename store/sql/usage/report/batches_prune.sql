DELETE FROM usage_report_batch
WHERE id IN (SELECT old.id FROM usage_report_batch old WHERE old.at < $1 ORDER BY old.at LIMIT $2)
