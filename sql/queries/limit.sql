-- :name limit_take :one
-- Take one token out of an account's bucket: how many were left before it was
-- taken (0: refused) and when the bucket was last refilled.
INSERT INTO rate_bucket AS b (account_id, action, tokens, last_refill)
VALUES ($1, $2, coalesce((SELECT o.burst FROM rate_override o
                           WHERE o.account_id = $1 AND o.action = $2
                             AND (o.expires_at IS NULL OR o.expires_at > $5)), $3::bigint)::integer, $5)
ON CONFLICT ON CONSTRAINT rate_bucket_pkey
DO UPDATE SET
	tokens = least(excluded.tokens,
	               greatest(0, b.tokens - 1)
	               + floor(extract(epoch FROM $5 - b.last_refill) * 1000000 / $4::bigint)::bigint)::integer,
	last_refill = b.last_refill
	              + floor(extract(epoch FROM $5 - b.last_refill) * 1000000 / $4::bigint)
	                * ($4::bigint * interval '1 microsecond')
RETURNING tokens, last_refill;
