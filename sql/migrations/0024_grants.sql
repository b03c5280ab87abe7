-- What Hex keys, its users and its organizations need of the shared tables.

-- Hex permissions are no product of scopes and packages: a key may read every
-- private repository and write one package.
ALTER TABLE token
	ADD COLUMN grants text[],
	ADD COLUMN parent_id bigint,
	ADD CONSTRAINT token_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES token ON DELETE CASCADE,
	ADD CONSTRAINT token_grants_check
		CHECK (cardinality(grants) BETWEEN 1 AND 1000 AND octet_length(array_to_string(grants, ' ')) <= 131072),
	ADD CONSTRAINT token_restriction_check
		CHECK (grants IS NULL OR (scopes IS NULL AND resources IS NULL));

COMMENT ON COLUMN token.grants IS
	'null: scopes and resources hold; else entries DOMAIN or DOMAIN:RESOURCE, each of them enough';
COMMENT ON COLUMN token.parent_id IS 'the key that it was exchanged for, without which it opens nothing';

CREATE INDEX token_parent_idx ON token (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX token_name_idx ON token (account_id, name) WHERE revoked_at IS NULL;

ALTER TABLE account
	ADD COLUMN seats bigint,
	ADD CONSTRAINT account_seats_check
		CHECK (seats IS NULL OR (kind = 'organization' AND seats BETWEEN 1 AND 1000000));

COMMENT ON COLUMN account.seats IS 'how many members an organization may have; null: any number';

-- A mailed link that sets a new password, known by its hash.
CREATE TABLE password_reset (
	account_id   bigint      NOT NULL,
	token_hash   bytea       NOT NULL,
	created_at   timestamptz NOT NULL DEFAULT now(),
	expires_at   timestamptz NOT NULL,
	CONSTRAINT password_reset_pkey PRIMARY KEY (account_id),
	CONSTRAINT password_reset_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE,
	CONSTRAINT password_reset_token_hash_key UNIQUE (token_hash),
	CONSTRAINT password_reset_token_hash_check CHECK (octet_length(token_hash) = 32)
);

COMMENT ON TABLE password_reset IS 'one per account: asking again makes the former link worthless';

-- Whose affair it was, where that is neither who did it nor whom it was done to.
ALTER TABLE audit ADD COLUMN organization_id bigint;
COMMENT ON COLUMN audit.organization_id IS 'no reference, as for token_id';
CREATE INDEX audit_organization_idx ON audit (organization_id, id) WHERE organization_id IS NOT NULL;
