-- Temporary tokens of jobs that publish other packages than crates. What such
-- a token opens besides is a list of grants (src/domain/grant.h).

ALTER TABLE trusted_token
	ADD COLUMN ecosystem text NOT NULL DEFAULT 'crates',
	ADD COLUMN grants text[],
	ADD CONSTRAINT trusted_token_ecosystem_check
		CHECK (ecosystem IN ('crates', 'pypi', 'hex', 'modrinth', 'packagecloud')),
	ADD CONSTRAINT trusted_token_grants_check
		CHECK (cardinality(grants) BETWEEN 1 AND 100 AND octet_length(array_to_string(grants, ' ')) <= 8192),
	DROP CONSTRAINT trusted_token_package_ids_check,
	ADD CONSTRAINT trusted_token_package_ids_check CHECK (cardinality(package_ids) <= 10000);

ALTER TABLE trusted_token ALTER COLUMN ecosystem DROP DEFAULT;

COMMENT ON COLUMN trusted_token.ecosystem IS 'the protocol that handed it out, and the only one that takes it';
COMMENT ON COLUMN trusted_token.grants IS 'null: nothing but publishing package_ids';
