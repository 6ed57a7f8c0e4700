SELECT CAST(MAX(version) AS BIGINT) FROM _sqlx_migrations WHERE success
