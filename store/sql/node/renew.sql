UPDATE node SET heartbeat = heartbeat + 1 WHERE id = $1 AND epoch = $2
