-- Who did what, written in the transaction that did it, never changed after.

CREATE TABLE audit (
	id                  bigint GENERATED ALWAYS AS IDENTITY,
	at                  timestamptz NOT NULL DEFAULT now(),
	account_id          bigint,
	token_id            bigint,
	action              text        NOT NULL,
	repository_id       bigint,
	package_id          bigint,
	release_id          bigint,
	subject_account_id  bigint,
	details             jsonb       NOT NULL DEFAULT '{}',
	remote_addr         text,
	user_agent          text,
	CONSTRAINT audit_pkey PRIMARY KEY (id),
	CONSTRAINT audit_account_id_fkey
		FOREIGN KEY (account_id) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT audit_repository_id_fkey
		FOREIGN KEY (repository_id) REFERENCES repository ON DELETE SET NULL,
	CONSTRAINT audit_package_id_fkey
		FOREIGN KEY (package_id) REFERENCES package ON DELETE SET NULL,
	CONSTRAINT audit_release_id_fkey
		FOREIGN KEY (release_id) REFERENCES release ON DELETE SET NULL,
	CONSTRAINT audit_subject_account_id_fkey
		FOREIGN KEY (subject_account_id) REFERENCES account ON DELETE SET NULL,
	CONSTRAINT audit_action_check CHECK (action ~ '^[a-z][a-z0-9_.-]{0,63}$'),
	CONSTRAINT audit_details_check CHECK (jsonb_typeof(details) = 'object'),
	CONSTRAINT audit_remote_addr_check CHECK (octet_length(remote_addr) <= 64),
	CONSTRAINT audit_user_agent_check CHECK (octet_length(user_agent) <= 512)
);

COMMENT ON COLUMN audit.token_id IS 'no reference: it names the token even after that is gone';

CREATE INDEX audit_release_idx ON audit (release_id, id) WHERE release_id IS NOT NULL;
CREATE INDEX audit_package_idx ON audit (package_id, id) WHERE package_id IS NOT NULL;
CREATE INDEX audit_account_idx ON audit (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX audit_subject_account_idx ON audit (subject_account_id)
	WHERE subject_account_id IS NOT NULL;

-- The one change let through is a reference that becomes null because its
-- target was deleted.
CREATE FUNCTION audit_append_only()
RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	references_of text[] := ARRAY['account_id', 'repository_id', 'package_id', 'release_id',
	                              'subject_account_id'];
BEGIN
	IF TG_OP = 'UPDATE'
	   AND to_jsonb(NEW) - references_of = to_jsonb(OLD) - references_of
	   AND (NEW.account_id IS NULL OR NEW.account_id = OLD.account_id)
	   AND (NEW.repository_id IS NULL OR NEW.repository_id = OLD.repository_id)
	   AND (NEW.package_id IS NULL OR NEW.package_id = OLD.package_id)
	   AND (NEW.release_id IS NULL OR NEW.release_id = OLD.release_id)
	   AND (NEW.subject_account_id IS NULL OR NEW.subject_account_id = OLD.subject_account_id) THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'the audit log is append-only'
		USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_append_only', TABLE = 'audit';
END
$$;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
	FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
	FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
