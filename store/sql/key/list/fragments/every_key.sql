    -- No candidates are looked up.
    AND $5 = '' AND $6 = ''
