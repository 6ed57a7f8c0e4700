-- Most keys were used; a tenth never, and few not for 100 days. $1 is now.
UPDATE key_last_use
SET at = CASE WHEN SUBSTR(key_id, 17, 4) = '1237' THEN $1 - 8640000000 ELSE $1 - 60000 END
WHERE SUBSTR(key_id, 20, 1) <> '0' AND SUBSTR(key_id, 17, 3) <> '555'
