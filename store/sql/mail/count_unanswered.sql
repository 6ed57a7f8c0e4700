UPDATE mail SET unanswered = unanswered + 1 WHERE id = $1
