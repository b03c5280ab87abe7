#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Trusted publishing of Hex packages: an administrator names a workflow, a job
# of it exchanges its provider's token for one of the registry and publishes.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"
. "$support/hex.sh"
. "$support/issuer.sh"

command -v openssl >/dev/null || skip_all "openssl is not installed"

house_open
github=$(issuer_start github) || bail "no provider"
gitlab=$(issuer_start gitlab) || bail "no provider"
house_start lighttpd || bail "the registry did not start"
admin org add acme --admin alice >/dev/null || bail "no organization"

# bring KEY NAME VERSION [REPOSITORY]: prints the status of a publish.
bring() {
	hextar "$2" "$3" >"$house/work/tar"
	http POST "/api${4:+/repos/$4}/publish?replace=false" -H "Authorization: $1" --data-binary "@$house/work/tar"
}

# exchange JWT SCOPE: prints the status; the answer is in body.
exchange() {
	http POST /api/oauth/token --data-urlencode "assertion=$1" --data-urlencode "scope=$2" \
		--data-urlencode grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer
}

# fresh SCOPE: the credential of a GitHub job.
fresh() {
	local status
	status=$(exchange "$(sign github rsa "$(claims github)")" "$1")
	is "$status" 200 "$(body)" || return 1
	echo "Bearer $(body | jq -r .access_token)"
}

# refused STATUS ERROR DESCRIPTION-REGEX SCOPE CLAIMS-EXPRESSION [KEY]
refused() {
	is "$(exchange "$(sign github "${6:-rsa}" "$(claims github "$5")")" "$4")" "$1" "$(body)"
	is "$(body | jq -r .error)" "$2"
	like "$(body | jq -r .error_description)" "$3"
}

is "$(bring "$alice" robot 1.0.0)" 201 "$(body)" || bail "nothing can be published"
is "$(bring "$alice" other 1.0.0)" 201 "$(body)" || bail "nothing can be published"
is "$(bring "$alice" secret 1.0.0 acme)" 201 "$(body)" || bail "nothing can be published"

# --- who may ----------------------------------------------------------------

an_administrator_names_workflows() {
	local id
	admin publisher add hex hexpm robot --provider github --project octo-org/Octo-Repo --workflow publish.yml
	admin publisher add hex acme/acme secret --provider github --project octo-org/octo-repo \
		--workflow publish.yml >/dev/null
	admin publisher add hex hexpm other --provider gitlab --project group/sub/project \
		--workflow ci/publish.yml --environment prod >/dev/null
	is "$(admin publisher list hex hexpm robot --json |
		jq -c 'map([.provider, .namespace, .project, .workflow, .environment])')" \
		'[["github","octo-org","Octo-Repo","publish.yml",null]]'
	is "$(sql "SELECT count(*) FROM audit WHERE action = 'trustpub.add'")" 3
	like "$(sql "SELECT body FROM mail WHERE subject LIKE '%added to robot' LIMIT 1")" 'your package "robot"'

	id=$(admin publisher add hex hexpm other --provider github --project octo-org/octo-repo \
		--workflow other.yml --json | jq .id)
	admin publisher remove hex hexpm "$id"
	is "$(admin publisher list hex hexpm other --json | jq length)" 1
	fails admin publisher remove hex hexpm "$id"
	like "$out" "there is no publisher $id"
	fails admin publisher add hex hexpm nothing --provider github --project a/b --workflow x.yml
	like "$out" 'there is no package `nothing`'
	fails admin publisher add hex hexpm other --provider sourcehut --project a/b --workflow x.yml
	like "$out" "github or gitlab"
	fails admin publisher add hex hexpm other --provider github --project a/b --workflow x.sh
	like "$out" 'must end with `.yml`'
}
it "an administrator names the workflows that publish a package" an_administrator_names_workflows

# --- from a job to a release ------------------------------------------------

a_job_publishes() {
	local token
	is "$(http GET /api/oidc/audience)" 200
	is "$(body | jq -r .audience)" 127.0.0.1
	is "$(exchange "$(sign github rsa "$(claims github)")" package:hexpm/robot)" 200 "$(body)"
	body | jq -e '.token_type == "bearer" and .expires_in == 900 and .scope == "package:hexpm/robot"
		and (has("refresh_token") | not)'
	token="Bearer $(body | jq -r .access_token)"
	like "$token" '^Bearer hex_tp_[A-Za-z0-9]{32}$'
	is "$(bring "$token" robot 1.1.0)" 201 "$(body)"
	is "$(bring "$token" other 1.1.0)" 401
	is "$(http GET /api/packages/robot/releases/1.1.0)" 200
	body | jq -e '.publisher == null'
	is "$(sql "SELECT count(*) FROM audit WHERE action = 'release.publish' AND account_id IS NULL
		AND details #>> '{trustpub_data,run_id}' = '4711'")" 1
	is "$(sql "SELECT namespace_id FROM trusted_publisher t JOIN package p ON p.id = t.package_id
		WHERE p.name = 'robot'")" 65
}
it "a job exchanges its token and publishes its package" a_job_publishes

a_gitlab_job_publishes() {
	is "$(exchange "$(sign gitlab ec "$(claims gitlab)")" package:hexpm/other)" 200 "$(body)"
	is "$(bring "Bearer $(body | jq -r .access_token)" other 1.1.0)" 201 "$(body)"
}
it "a job of the other provider does so too" a_gitlab_job_publishes

the_library_publishes() {
	hex_suffices || skip "no rebar3"
	hex_setup
	like "$(hex_key=$(fresh package:hexpm/robot) hex publish robot 1.2.0)" "^201 "
	is "$(http GET /api/packages/robot/releases/1.2.0)" 200
}
it "the client library publishes with what a job is given" the_library_publishes

a_private_repository_is_fetched() {
	local token
	token=$(fresh "repository:acme package:acme/secret")
	is "$(http GET /repo/repos/acme/packages/secret)" 404
	is "$(http GET /repo/repos/acme/packages/secret -H "Authorization: $token")" 200
	is "$(bring "$token" secret 1.1.0 acme)" 201 "$(body)"
	is "$(http GET /repo/repos/acme/tarballs/secret-1.1.0.tar -H "Authorization: $token")" 200
}
it "a job fetches from the private repository that it publishes to" a_private_repository_is_fetched

# --- what is refused --------------------------------------------------------

replayed() {
	local jwt
	jwt=$(sign github rsa "$(claims github)")
	is "$(exchange "$jwt" package:hexpm/robot)" 200 "$(body)"
	is "$(exchange "$jwt" package:hexpm/robot)" 400
	is "$(body | jq -r '.error + ": " + .error_description')" "invalid_grant: JWT has already been used"
}
it "a provider's token is exchanged once" replayed

not_used_up() {
	local jwt
	jwt=$(sign github rsa "$(claims github)")
	is "$(exchange "$jwt" package:hexpm/other)" 403
	is "$(exchange "$jwt" "package:hexpm/robot package:hexpm/other")" 403
	is "$(exchange "$jwt" package:hexpm/robot)" 200 "$(body)"
}
it "a refused token may be tried again" not_used_up

none='^No Trusted Publishing config found for repository `Octo-Org/octo-repo`\.$'
it "a package of others is denied" refused 403 access_denied "$none" package:hexpm/other .
it "a package that does not exist is denied in the same words" refused 403 access_denied "$none" \
	package:hexpm/nothing .
it "a repository that does not exist is denied in the same words" refused 403 access_denied "$none" \
	package:nowhere/robot .
it "another project is denied" refused 403 access_denied '`evil/octo-repo`\.$' package:hexpm/robot \
	'.repository = "evil/octo-repo"'
it "another workflow is denied" refused 403 access_denied 'does not match the workflow filename `evil.yml`' \
	package:hexpm/robot \
	'.workflow_ref = "Octo-Org/octo-repo/.github/workflows/evil.yml@refs/heads/main"'
it "a token for another audience is refused" refused 400 invalid_grant '^Failed to decode JWT$' \
	package:hexpm/robot '.aud = "hexpm"'
it "a token of a stranger's key is refused" refused 400 invalid_grant '^Failed to decode JWT$' \
	package:hexpm/robot . stranger
it "more than packages and repositories cannot be asked for" refused 400 invalid_scope \
	'package:REPOSITORY/NAME or repository:NAME' api:write .

the_audience_is_a_setting() {
	house_set hex_audience hexpm
	entrepot_reload
	is "$(http GET /api/oidc/audience)" 200
	is "$(body | jq -r .audience)" hexpm
	is "$(exchange "$(sign github rsa "$(claims github '.aud = "hexpm"')")" package:hexpm/robot)" 200 "$(body)"
}
it "the audience is a setting" the_audience_is_a_setting

process_stop "$house/pid/github" TERM 5
process_stop "$house/pid/gitlab" TERM 5
done_testing
