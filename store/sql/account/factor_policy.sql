SELECT factor_policy FROM account WHERE id = $1
