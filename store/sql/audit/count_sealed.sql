SELECT COUNT(*) FROM (SELECT seq FROM audit WHERE pepper <> '' LIMIT 1) AS found
