SELECT COUNT(*) FROM decision
