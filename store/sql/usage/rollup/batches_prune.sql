DELETE FROM usage_batch WHERE at < $1
