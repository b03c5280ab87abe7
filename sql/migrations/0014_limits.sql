-- Rate limits per account and action (a token bucket), with exceptions, and the
-- names nobody may take.

CREATE TABLE rate_bucket (
	account_id   bigint      NOT NULL,
	action       text        NOT NULL,
	tokens       integer     NOT NULL,
	last_refill  timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT rate_bucket_pkey PRIMARY KEY (account_id, action),
	CONSTRAINT rate_bucket_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT rate_bucket_action_check CHECK (action ~ '^[a-z][a-z0-9_.-]{0,63}$'),
	CONSTRAINT rate_bucket_tokens_check CHECK (tokens >= 0)
) WITH (fillfactor = 70);

CREATE TABLE rate_override (
	account_id  bigint      NOT NULL,
	action      text        NOT NULL,
	burst       integer     NOT NULL,
	expires_at  timestamptz,
	CONSTRAINT rate_override_pkey PRIMARY KEY (account_id, action),
	CONSTRAINT rate_override_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT rate_override_action_check CHECK (action ~ '^[a-z][a-z0-9_.-]{0,63}$'),
	CONSTRAINT rate_override_burst_check CHECK (burst >= 0)
);

CREATE TABLE reserved_name (
	ecosystem       text NOT NULL,
	canonical_name  text COLLATE "C" NOT NULL,
	CONSTRAINT reserved_name_pkey PRIMARY KEY (ecosystem, canonical_name),
	CONSTRAINT reserved_name_ecosystem_check
		CHECK (ecosystem IN ('crates', 'pypi', 'hex', 'modrinth', 'packagecloud'))
);
