SELECT devices_since FROM person WHERE id = $1
