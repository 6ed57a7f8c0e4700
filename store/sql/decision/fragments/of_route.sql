-- The "+" keeps SQLite from preferring the index of the application, which is narrower.
WHERE application_id = $1 AND route = $9 AND +id >= $2 AND id < $3
