-- Changes nothing that anybody reads: whether it can be written is what is asked.
UPDATE write_probe SET at = $1 WHERE id = 1
