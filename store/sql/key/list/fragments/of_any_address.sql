    AND k.ip_rules = ''
