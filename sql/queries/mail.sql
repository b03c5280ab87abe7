-- Outgoing mail.

-- :name mail_insert :one
-- A mail to be delivered.
INSERT INTO mail (recipient, subject, body)
VALUES ($1::text, $2::text, $3::text)
RETURNING id;

-- :name mail_find :one
-- A mail by its id.
SELECT id, recipient, subject, body, created_at, sent_at
  FROM mail
 WHERE id = $1::bigint;

-- :name mail_sent :exec
-- It was handed over.
UPDATE mail
   SET sent_at = now(), attempts = attempts + 1, last_error = NULL
 WHERE id = $1::bigint;

-- :name mail_failed :exec
-- It could not be handed over this time.
UPDATE mail
   SET attempts = attempts + 1, last_error = $2::text
 WHERE id = $1::bigint;

-- :name mail_forget :exec
-- Sent mail is of no use after a month, undeliverable mail after three.
DELETE FROM mail
 WHERE sent_at < now() - interval '30 days' OR created_at < now() - interval '90 days';
