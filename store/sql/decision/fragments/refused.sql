    AND verdict <> 'valid'
