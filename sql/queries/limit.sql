-- :name limit_take :one
-- Take one token out of an account's bucket: how many were left before it was
-- taken (0: refused) and when the bucket was last refilled. Requests come out of
-- the order of their times, and machines' clocks differ: nothing accrues backwards.
INSERT INTO rate_bucket AS b (account_id, action, tokens, last_refill)
VALUES ($1, $2, coalesce((SELECT o.burst FROM rate_override o
                           WHERE o.account_id = $1 AND o.action = $2
                             AND (o.expires_at IS NULL OR o.expires_at > $5)), $3::bigint)::integer, $5)
ON CONFLICT ON CONSTRAINT rate_bucket_pkey
DO UPDATE SET
	tokens = least(excluded.tokens,
	               greatest(0, b.tokens - 1)
	               + floor(extract(epoch FROM $5 - least(b.last_refill, $5)) * 1000000 / $4::bigint)::bigint)::integer,
	last_refill = least(b.last_refill, $5)
	              + floor(extract(epoch FROM $5 - least(b.last_refill, $5)) * 1000000 / $4::bigint)
	                * ($4::bigint * interval '1 microsecond')
RETURNING tokens, last_refill;

-- :name limit_window_add :one
-- Count within the window that began then: how many it were by now.
INSERT INTO limit_window AS l (key, begun_at, count)
VALUES ($1::text, $2::timestamptz, greatest($3::bigint, 0))
ON CONFLICT ON CONSTRAINT limit_window_pkey
DO UPDATE SET count = CASE WHEN l.begun_at = excluded.begun_at THEN greatest(l.count + $3::bigint, 0)
                           ELSE excluded.count END,
              begun_at = excluded.begun_at
RETURNING count;

-- :name limit_window_count :one
-- How many it were by now.
SELECT count FROM limit_window WHERE key = $1::text AND begun_at = $2::timestamptz;

-- :name limit_window_forget :exec
-- Windows that are over.
DELETE FROM limit_window WHERE begun_at < now() - interval '1 hour';
