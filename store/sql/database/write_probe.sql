-- Nothing reads the row: the statement tests whether the database can be written.
UPDATE write_probe SET at = $1 WHERE id = 1
