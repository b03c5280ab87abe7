#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Trusted publishing with two providers on the loopback address: a job's token
# is exchanged, publishes, and opens nothing else.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"
. "$support/cargo.sh"
. "$support/issuer.sh"

command -v openssl >/dev/null || skip_all "openssl is not installed"

house_open
# One worker: what it keeps of the keys can then be told from outside.
house_set workers 1

github=$(issuer_start github) || bail "no provider"
gitlab=$(issuer_start gitlab) || bail "no provider"
# Whoever asked this proxy would get nowhere.
http_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 all_proxy=http://127.0.0.1:9 \
	no_proxy='' entrepot_start || bail "entrepot did not start"
house_set sendfile none
webserver_configure lighttpd "$house" "$port"
webserver_start lighttpd "$house" "$port" "$user" || bail "no web server"
web=lighttpd
wait_until 20 house_ready || bail "the registry did not start"

# exchange JWT: prints the status; the answer is in body.
exchange() {
	http POST /api/v1/trusted_publishing/tokens -H 'Content-Type: application/json' \
		-d "{\"jwt\": \"$1\"}"
}

# fresh [JQ-EXPRESSION]: a temporary token of the GitHub job.
fresh() {
	local status
	status=$(exchange "$(sign github rsa "$(claims github "${1:-.}")")")
	is "$status" 200 "$(body)" || return 1
	body | jq -r .token
}

# refused MESSAGE-REGEX CLAIMS-EXPRESSION [KEY [HEADER]]
refused() {
	is "$(exchange "$(sign github "${3:-rsa}" "$(claims github "$2")" "${4:-{\}}")")" 400 "$(body)"
	like "$(body | jq -r '.errors[0].detail')" "$1"
}

# configure PROVIDER BODY
configure() {
	is "$(http POST "/api/v1/trusted_publishing/$1_configs" -H "Authorization: $alice" \
		-H 'Content-Type: application/json' -d "{\"$1_config\": $2}")" 200 "$(body)"
}

# publish TOKEN NAME VERSION: prints the status and the answer.
publish() { kit publish "$base_url" "$1" "$2" "$3"; }

publish_crate robot 1.0.0 || bail "nothing can be published"
publish_crate other 1.0.0 || bail "nothing can be published"
configure github '{"crate": "robot", "repository_owner": "octo-org", "repository_name": "Octo-Repo",
	"workflow_filename": "publish.yml"}' || bail "no configuration"
configure gitlab '{"crate": "other", "namespace": "group/sub", "project": "project",
	"workflow_filepath": "ci/publish.yml", "environment": "prod"}' || bail "no configuration"

# --- from a job to a release ------------------------------------------------

a_job_publishes() {
	local token
	token=$(fresh)
	like "$token" '^cio_tp_[A-Za-z0-9]{32}$'
	like "$(publish "$token" robot 1.1.0)" '^200'
	is "$(http GET /api/v1/crates/robot/1.1.0)" 200
	body | jq -e '.version.published_by == null and .version.audit_actions == [] and
		.version.trustpub_data == {"provider": "github", "repository": "Octo-Org/octo-repo",
			"run_id": "4711", "sha": "f00d"}'
	is "$(http GET /index/ro/bo/robot)" 200
	is "$(body | tail -n 1 | jq -r .vers)" 1.1.0
	is "$(sql "SELECT count(*) FROM audit WHERE action = 'publish' AND account_id IS NULL
		AND details #>> '{trustpub_data,run_id}' = '4711'")" 1
	like "$(sql "SELECT body FROM mail WHERE subject LIKE '%robot@1.1.0' LIMIT 1")" \
		"by the trusted publisher github Octo-Org/octo-repo"
}

only_its_hash_is_kept() {
	local token hash
	token=$(fresh)
	hash=$(printf %s "${token:7:31}" | openssl dgst -sha256 -r | cut -c1-64)
	is "$(sql "SELECT count(*) FROM trusted_token WHERE secret_hash = '\\x$hash'
		AND expires_at BETWEEN now() + interval '29 minutes' AND now() + interval '30 minutes'")" 1
}

a_gitlab_job_publishes() {
	local token
	is "$(exchange "$(sign gitlab ec "$(claims gitlab)")")" 200 "$(body)"
	token=$(body | jq -r .token)
	like "$(publish "Bearer $token" other 1.1.0)" '^200'
	is "$(http GET /api/v1/crates/other/1.1.0)" 200
	body | jq -e '.version.trustpub_data == {"provider": "gitlab",
		"project_path": "group/sub/project", "job_id": "302", "sha": "beef"}'
	is "$(sql "SELECT namespace_id FROM trusted_publisher WHERE provider = 'gitlab'")" 72
}

cargo_publishes() {
	local dir
	cargo_suffices || skip "no cargo"
	cargo_setup
	dir=$(crate_dir robot 1.2.0)
	(cd "$dir" && CARGO_REGISTRIES_LOC_TOKEN=$(fresh) \
		cargo publish --registry loc --allow-dirty --no-verify)
	is "$(http GET /api/v1/crates/robot/1.2.0)" 200
	body | jq -e '.version.trustpub_data.provider == "github"'
}

it "a GitHub job exchanges its token and publishes" a_job_publishes
it "a temporary token is known by the hash of its random part, for half an hour" only_its_hash_is_kept
it "a GitLab job with an ES256 key does so too, and its namespace is remembered" a_gitlab_job_publishes
it "cargo publishes with a temporary token" cargo_publishes

# --- what a temporary token does not open -----------------------------------

denied() {
	local wanted=$1
	shift
	is "$(http "$@" -H "Authorization: $(cat "$house/work/token")")" 403 "$(body)"
	like "$(body | jq -r '.errors[0].detail')" "$wanted"
}

everything_else_is_denied() {
	local no="does not have the required permissions"
	fresh >"$house/work/token"
	denied "$no" DELETE /api/v1/crates/robot/1.0.0/yank
	denied "$no" PUT /api/v1/crates/robot/1.0.0/unyank -d ''
	denied "$no" GET /api/v1/me
	denied "$no" GET /api/v1/me/tokens
	denied "$no" DELETE /api/v1/tokens/current
	denied "$no" PUT /api/v1/crates/robot/follow -d ''
	denied "$no" DELETE /api/v1/crates/robot
	denied "$no" POST /api/v1/crates/robot/1.0.0/rebuild_docs -d ''
	denied "$no" PUT /api/v1/crates/robot/owners -H 'Content-Type: application/json' -d '{"owners": ["bob"]}'
	denied "$no" GET '/api/v1/trusted_publishing/github_configs?crate=robot'
	denied "$no" PATCH /api/v1/crates/robot -H 'Content-Type: application/json' -d '{"crate": {}}'
	denied "$no" PUT /api/v1/me/tokens -H 'Content-Type: application/json' -d '{"api_token": {"name": "x"}}'
	is "$(sql "SELECT count(*) FROM release WHERE yanked")" 0
}

other_crates_are_denied() {
	local token answer
	token=$(fresh)
	answer=$(publish "$token" other 2.0.0)
	like "$answer" '^403'
	like "$answer" 'The provided access token is not valid for crate `other`'
	answer=$(publish "$token" brand-new 1.0.0)
	like "$answer" '^403'
	like "$answer" "do not support creating new crates. Publish the crate manually, first"
}

only_trusted_publishing() {
	local scoped token answer
	scoped=$(house_token alice --scope trusted-publishing)
	token=$(fresh)
	is "$(http PATCH /api/v1/crates/robot -H "Authorization: $scoped" \
		-H 'Content-Type: application/json' -d '{"crate": {"trustpub_only": true}}')" 200
	answer=$(publish "$alice" robot 1.3.0)
	like "$answer" '^403'
	like "$answer" "can only be published using Trusted Publishing"
	like "$(publish "$token" robot 1.3.0)" '^200'
}

a_revoked_token_is_denied() {
	local token
	token=$(fresh)
	is "$(http DELETE /api/v1/trusted_publishing/tokens -H "Authorization: Bearer $token")" 204
	like "$(publish "$token" robot 1.4.0)" "^403.*Invalid authentication token"
	is "$(http DELETE /api/v1/trusted_publishing/tokens -H "Authorization: $token")" 204
}

an_expired_token_is_denied() {
	local token
	token=$(fresh)
	sql "UPDATE trusted_token SET expires_at = now()"
	like "$(publish "$token" robot 1.4.0)" "^403.*Invalid authentication token"
}

a_private_registry_works() {
	local token
	house_set crates_auth_required yes
	entrepot_reload
	token=$(fresh)
	is "$(http GET /index/ro/bo/robot)" 401
	is "$(http GET /index/ro/bo/robot -H "Authorization: $token")" 200
	like "$(publish "$token" robot 1.5.0)" '^200'
	is "$(http GET /index/ro/bo/robot -H "Authorization: cio_tp_0000000000000000000000000000000w")" 401
	house_set crates_auth_required no
	entrepot_reload
}

it "a temporary token publishes and does nothing else" everything_else_is_denied
it "a temporary token is for the configured crates" other_crates_are_denied
it "a crate can be left to trusted publishing alone" only_trusted_publishing
it "a revoked temporary token is denied" a_revoked_token_is_denied
it "an expired temporary token is denied" an_expired_token_is_denied
it "with a private registry, jobs exchange tokens, read the index and publish" a_private_registry_works

# --- which jobs are refused -------------------------------------------------

replayed() {
	local jwt
	jwt=$(sign github rsa "$(claims github)")
	is "$(exchange "$jwt")" 200 "$(body)"
	is "$(exchange "$jwt")" 400
	is "$(body | jq -r '.errors[0].detail')" "JWT has already been used"
}

a_refused_token_may_be_tried_again() {
	local jwt
	jwt=$(sign github rsa "$(claims github '.repository = "octo-org/else"')")
	is "$(exchange "$jwt")" 400
	like "$(body)" "No Trusted Publishing config found"
	is "$(exchange "$jwt")" 400
	like "$(body)" "No Trusted Publishing config found"
}

it "a provider's token is exchanged once" replayed
it "a token that fits nothing is not used up" a_refused_token_may_be_tried_again
it "another repository has no configuration" refused \
	'^No Trusted Publishing config found for repository `evil/octo-repo`\.$' '.repository = "evil/octo-repo"'
it "another workflow is refused" refused \
	'does not match the workflow filename `evil.yml` in the JWT. Expected workflow filenames: `publish.yml`$' \
	'.workflow_ref = "Octo-Org/octo-repo/.github/workflows/evil.yml@refs/heads/publish.yml"'
it "an owner of the same name with another id is refused" refused \
	'does not match the repository owner ID \(66\) in the JWT' '.repository_owner_id = "66"'
it "a workflow that strangers trigger is refused" refused \
	'triggered by `pull_request_target`' '.event_name = "pull_request_target"'
it "a workflow reference without a workflow is refused" refused \
	'^Unexpected `workflow_ref` value$' '.workflow_ref = "Octo-Org/octo-repo@main"'
it "an owner id that is no number is refused" refused \
	'^Unexpected `repository_owner_id` value$' '.repository_owner_id = "x"'
it "a repository without an owner is refused" refused '^Unexpected `repository` value$' '.repository = "octo"'

the_environment_counts() {
	is "$(exchange "$(sign gitlab rsa "$(claims gitlab '.environment = "test"')")")" 400
	like "$(body | jq -r '.errors[0].detail')" 'does not match the environment `test` in the JWT. Expected environments: `prod`$'
	is "$(exchange "$(sign gitlab rsa "$(claims gitlab 'del(.environment)')")")" 400
	like "$(body | jq -r '.errors[0].detail')" 'requires an environment, but the JWT does not specify one'
	is "$(exchange "$(sign gitlab rsa "$(claims gitlab '.namespace_id = "73"')")")" 400
	like "$(body | jq -r '.errors[0].detail')" 'does not match the namespace ID \(73\)'
}
it "the environment and the namespace of a GitLab job count" the_environment_counts

bad='^Failed to decode JWT$'
it "a token for another audience is refused" refused "$bad" '.aud = "registry.example"'
it "a token for several audiences is refused" refused "$bad" '.aud = ["127.0.0.1", "registry.example"]'
it "an expired token is refused" refused "$bad" '.exp = .iat - 61'
it "a token without an end is refused" refused "$bad" 'del(.exp)'
it "a token of the future is refused" refused "$bad" '.iat += 120'
it "a token that is not valid yet is refused" refused "$bad" '.nbf += 120'
it "a token without an id is refused" refused "$bad" 'del(.jti)'
it "a token of another issuer is refused" refused '^Unsupported JWT issuer: https://evil.example$' \
	'.iss = "https://evil.example"'
it "a token that the other provider signed is refused" refused "$bad" ". | .iss = \"$gitlab\""
it "a token of a stranger's key is refused" refused "$bad" . stranger
it "a token that nobody signed is refused" refused "$bad" . rsa '{"alg": "none"}'
it "a token signed with the public key as a secret is refused" refused "$bad" . rsa '{"alg": "HS256"}'
it "a token that names another algorithm is refused" refused "$bad" . rsa '{"alg": "ES256"}'
it "a token that names another key is refused" refused "$bad" . rsa '{"kid": "ec"}'
it "a token that demands extensions is refused" refused "$bad" . rsa '{"crit": ["exp"]}'
it "a token without a key is refused" refused '^Missing JWT key ID$' . rsa '{"kid": null}'
it "a token of an unknown key is refused" refused '^Invalid JWT key ID$' . rsa '{"kid": "unknown"}'

a_changed_token() {
	local jwt head tail
	jwt=$(sign github rsa "$(claims github '.repository = "evil/octo-repo"')")
	head=${jwt%%.*} tail=${jwt##*.}
	is "$(exchange "$head.$(claims github | base64 -w0 | tr '+/' '-_' | tr -d '=').$tail")" 400
	is "$(body | jq -r '.errors[0].detail')" "Failed to decode JWT"
}
it "a token with another content is refused" a_changed_token

# --- the keys ---------------------------------------------------------------

keys_are_kept() {
	local before
	entrepot_reload
	fresh
	before=$(wc -l <"$house/github/requests")
	fresh
	refused '^Invalid JWT key ID$' . rsa '{"kid": "unknown"}'
	refused '^Invalid JWT key ID$' . rsa '{"kid": "unknown"}'
	is "$(wc -l <"$house/github/requests")" "$before"
}

keys_cannot_be_had() {
	cp "$house/github/jwks.json" "$house/work/jwks.json"
	"$python" - "$house/github/jwks.json" "$1" <<-'PYTHON'
	import json, sys
	path, how = sys.argv[1:]
	text = json.load(open(path))
	if how == "large":
	    text["padding"] = "x" * 270000
	open(path, "w").write(json.dumps(text) if how == "large" else "<html>")
	PYTHON
	entrepot_reload
	is "$(exchange "$(sign github rsa "$(claims github)")")" 503 "$(body)"
	is "$(body | jq -r '.errors[0].detail')" "Failed to load OIDC key set"
	cat "$house/work/jwks.json" >"$house/github/jwks.json"
	entrepot_reload
	fresh
}

it "the keys of a provider are kept, whatever is asked for" keys_are_kept
it "a key set of more than 256 KiB is not read" keys_cannot_be_had large
it "a key set that is none is not taken" keys_cannot_be_had broken

forgotten() {
	sql "UPDATE used_jwt SET expires_at = now() - interval '1 second'"
	sql "UPDATE trusted_token SET expires_at = now() - interval '1 second'"
	sql "INSERT INTO job (kind) VALUES ('cleanup')"
	wait_until 20 nothing_left
}
nothing_left() {
	[ "$(sql "SELECT (SELECT count(*) FROM used_jwt) + (SELECT count(*) FROM trusted_token)")" = 0 ]
}
it "what has expired is cleaned up" forgotten

process_stop "$house/pid/github" TERM 5
process_stop "$house/pid/gitlab" TERM 5
done_testing
