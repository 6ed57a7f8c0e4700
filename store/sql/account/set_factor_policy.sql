UPDATE account SET
    factor_policy = $2,
    editors_need_factor_since = CASE WHEN factor_policy = 'optional' THEN $3 ELSE editors_need_factor_since END,
    viewers_need_factor_since = CASE WHEN factor_policy = 'everybody' THEN viewers_need_factor_since ELSE $3 END
WHERE id = $1
