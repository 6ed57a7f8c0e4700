SELECT at FROM time_mark WHERE id = 1
