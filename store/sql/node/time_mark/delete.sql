DELETE FROM time_mark WHERE id = 1
