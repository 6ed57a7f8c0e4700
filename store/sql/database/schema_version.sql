SELECT CAST(MAX(version) AS BIGINT), (SELECT checksum FROM _sqlx_migrations WHERE version = 1)
FROM _sqlx_migrations
WHERE success
