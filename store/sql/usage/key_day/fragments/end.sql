) AS one_day
