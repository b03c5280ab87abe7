-- Second factors: a secret shared with the user's authenticator, and codes
-- for the day it is lost. The secret has to be known to check a code; it is
-- shown once, when it is made. Recovery codes are random enough for a plain
-- hash and good once each.

CREATE TABLE second_factor (
	account_id    bigint      NOT NULL,
	secret        bytea       NOT NULL,
	created_at    timestamptz NOT NULL DEFAULT now(),
	confirmed_at  timestamptz,
	CONSTRAINT second_factor_pkey PRIMARY KEY (account_id),
	CONSTRAINT second_factor_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT second_factor_secret_check CHECK (octet_length(secret) = 20)
);

COMMENT ON COLUMN second_factor.confirmed_at IS 'null: enrolled, but no code was seen yet; nothing asks for it';

CREATE TABLE recovery_code (
	account_id  bigint NOT NULL,
	code_hash   bytea  NOT NULL,
	CONSTRAINT recovery_code_pkey PRIMARY KEY (account_id, code_hash),
	CONSTRAINT recovery_code_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT recovery_code_code_hash_check CHECK (octet_length(code_hash) = 32)
);

-- How often something happened within a window of fixed length, whoever of
-- all the workers saw it. What a crash forgets costs nothing.
CREATE UNLOGGED TABLE limit_window (
	key       text        COLLATE "C" NOT NULL,
	begun_at  timestamptz NOT NULL,
	count     bigint      NOT NULL,
	CONSTRAINT limit_window_pkey PRIMARY KEY (key),
	CONSTRAINT limit_window_key_check CHECK (octet_length(key) BETWEEN 1 AND 128),
	CONSTRAINT limit_window_count_check CHECK (count >= 0)
) WITH (fillfactor = 50);

-- Addresses short enough for a terminal.
CREATE TABLE short_url (
	code        text        COLLATE "C" NOT NULL,
	url         text        COLLATE "C" NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT short_url_pkey PRIMARY KEY (code),
	CONSTRAINT short_url_url_key UNIQUE (url),
	CONSTRAINT short_url_code_check CHECK (code ~ '^[A-HJ-NP-Za-km-z1-9]{5}$'),
	CONSTRAINT short_url_url_check CHECK (octet_length(url) BETWEEN 1 AND 2000)
);
