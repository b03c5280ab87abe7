-- Short addresses.

-- :name short_url_insert :one
-- A code for the address; nothing when either is known.
INSERT INTO short_url AS s (code, url) VALUES ($1::text, $2::text)
ON CONFLICT DO NOTHING
RETURNING code;

-- :name short_url_of :one
-- The code that the address has.
SELECT code, url FROM short_url WHERE url = $1::text;

-- :name short_url_find :one
-- The address of a code.
SELECT code, url FROM short_url WHERE code = $1::text;
