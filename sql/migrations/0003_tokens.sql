-- With what: bearer secrets of every protocol. Only the SHA-256 of a secret is
-- stored, so that a stolen dump opens nothing.

CREATE TABLE token (
	id               bigint GENERATED ALWAYS AS IDENTITY,
	account_id       bigint      NOT NULL,
	name             text        NOT NULL,
	secret_hash      bytea       NOT NULL,
	scopes           text[],
	resources        text[],
	created_at       timestamptz NOT NULL DEFAULT now(),
	updated_at       timestamptz NOT NULL DEFAULT now(),
	last_used_at     timestamptz,
	last_used_addr   text,
	last_used_agent  text,
	expires_at       timestamptz,
	revoked_at       timestamptz,
	CONSTRAINT token_pkey PRIMARY KEY (id),
	CONSTRAINT token_secret_hash_key UNIQUE (secret_hash),
	CONSTRAINT token_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT token_name_check CHECK (octet_length(name) BETWEEN 1 AND 1024),
	CONSTRAINT token_secret_hash_check CHECK (octet_length(secret_hash) = 32),
	CONSTRAINT token_scopes_check
		CHECK (cardinality(scopes) <= 100 AND octet_length(array_to_string(scopes, ' ')) <= 8192),
	CONSTRAINT token_resources_check
		CHECK (cardinality(resources) <= 1000 AND octet_length(array_to_string(resources, ' ')) <= 131072),
	CONSTRAINT token_last_used_addr_check CHECK (octet_length(last_used_addr) <= 64),
	CONSTRAINT token_last_used_agent_check CHECK (octet_length(last_used_agent) <= 512)
) WITH (fillfactor = 80);

COMMENT ON COLUMN token.scopes IS 'null: every scope';
COMMENT ON COLUMN token.resources IS 'null: every package; else entries REPOSITORY/PATTERN';

CREATE INDEX token_account_idx ON token (account_id, id DESC);
