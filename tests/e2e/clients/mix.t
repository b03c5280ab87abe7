#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What mix sends, task by task, in the shapes that were recorded of it: terms
# as bodies, also where the body is empty; uploads with Expect; requirements as
# a list of lists. A mix of one's own would need the Hex archive, which no
# distribution and no package registry has.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"

command -v escript >/dev/null || skip_all "no escript"
house_open
carol=$(house_account carol)
house_start lighttpd || bail "the registry did not start"
erlang='application/vnd.hex+erlang'

# mix METHOD PATH [TERM]: with the key $key (alice's), the term as Erlang
# writes it; "" sends zero bytes that claim to be one. Prints the status, and
# the answer when there is one.
mix() {
	local body=$house/work/sent status
	: >"$body"
	[ -z "${3:-}" ] ||
		(cd "$house/work" && HOME=$house/work escript "$support/terms.escript" write sent "$3")
	status=$(http "$1" "/api$2" -A 'hex_core/0.18.0 hex/2.5.1 (elixir/1.14.0) (OTP/25) (erts/13.1.5)' \
		-H "Authorization: ${key-$alice}" -H "Accept: $erlang" -H "Content-Type: $erlang" \
		--data-binary "@$body")
	echo "$status$(decoded)"
}

# mix_upload PATH FILE
mix_upload() {
	local status
	status=$(http POST "/api$1" -A 'hex_core/0.18.0 hex/2.5.1 (elixir/1.14.0) (OTP/25) (erts/13.1.5)' \
		-H "Authorization: ${key-$alice}" -H "Accept: $erlang" -H 'Expect: 100-continue' \
		-H 'Content-Type: application/octet-stream' --data-binary "@$2")
	echo "$status$(decoded)"
}

# decoded: the answer, in Erlang's words; of any other type it says so.
decoded() {
	[ -s "$house/work/body" ] || { echo "$(header content-type)"; return; }
	has "$(header content-type)" "$erlang"
	(cd "$house/work" && HOME=$house/work erl -noshell -eval '{ok, B} = file:read_file("body"),
		io:setopts([{encoding, unicode}]), io:format(" ~0tp", [binary_to_term(B, [safe])]), halt().')
}

publishes() {
	hextar --shape mix plum 1.0.0 >"$house/work/plum"
	has "$(mix GET /users/me)" '<<"username">> => <<"alice">>'
	like "$(mix_upload '/packages/plum/releases?replace=false' "$house/work/plum")" "^201 .*<<\"html_url\">>"
	hextar --shape mix --require 'plum=~> 1.0' damson 0.1.0 >"$house/work/damson"
	has "$(mix_upload '/packages/damson/releases?replace=false' "$house/work/damson")" \
		'<<"requirements">> => #{<<"plum">> => #{<<"app">> => <<"plum">>,<<"optional">> => false,<<"requirement">> => <<"~> 1.0">>}}'
	has "$(mix GET /packages/damson)" 'made by hextar, schön'
	hextar --shape map --require 'plum=~> 1.0' damson 0.2.0 >"$house/work/damson2"
	like "$(mix_upload '/packages/damson/releases?replace=false' "$house/work/damson2")" "^201 "
}
it "mix hex.publish: requirements are read in either of its shapes" publishes

replaces() {
	has "$(mix_upload '/packages/plum/releases?replace=false' "$house/work/plum")" \
		'must include the --replace flag to update an existing release'
	hextar --shape mix --description "better" plum 1.0.0 >"$house/work/plum"
	like "$(mix_upload '/packages/plum/releases?replace=true' "$house/work/plum")" "^200 .*<<\"checksum\">> => <<\"$(
		sha256sum <"$house/work/plum" | cut -d' ' -f1)\">>"
	like "$(mix_upload '/packages/damson/releases?replace=false' "$house/work/plum")" \
		'^422 .*metadata does not match package name'
}
it "mix hex.publish --replace replaces, and only then" replaces

fetches() {
	is "$(http GET /repo/installs/hex-1.x.csv)" 200
	is "$(wc -c <"$house/work/body")" 0
	is "$(http GET /repo/packages/plum -H 'User-Agent:')" 200
	is "$(http GET /repo/packages/plum -H "If-None-Match: $(header etag)")" 304
	is "$(http GET /repo/tarballs/plum-1.0.0.tar)" 200
	cmp "$house/work/body" "$house/work/plum"
}
it "mix deps.get asks for clients, packages and tarballs" fetches

retires() {
	is "$(mix POST /packages/plum/releases/1.0.0/retire '#{<<"message">> => nil, <<"reason">> => <<"security">>}')" 204
	has "$(mix GET /packages/plum/releases/1.0.0)" \
		'<<"retirement">> => #{<<"message">> => nil,<<"reason">> => <<"security">>}'
	is "$(mix DELETE /packages/plum/releases/1.0.0/retire "")" 204
	has "$(mix GET /packages/plum/releases/1.0.0)" '<<"retirement">> => nil'
	like "$(mix POST /packages/plum/releases/1.0.0/retire "")" "^422 "
}
it "mix hex.retire and --unretire, with an empty body that claims to be a term" retires

owners() {
	is "$(mix PUT /packages/damson/owners/bob '#{<<"level">> => <<"maintainer">>, <<"transfer">> => false}')" 204
	has "$(mix GET /packages/damson/owners)" '<<"level">> => <<"maintainer">>'
	# an address that is not public tells nothing
	like "$(mix GET /packages/damson/owners/bob@example.org)" "^404 "
	is "$(mix PUT /packages/damson/owners/BOB "")" 204
	is "$(mix DELETE /packages/damson/owners/bob "")" 204
	has "$(mix DELETE /packages/damson/owners/alice "")" 'cannot remove last owner of package'
	is "$(mix PUT /packages/damson/owners/bob '#{<<"level">> => full, <<"transfer">> => true}')" 204
	like "$(key=$carol mix PUT /packages/damson/owners/carol "")" "^403 "
	is "$(key=$bob mix PUT /packages/damson/owners/alice '#{<<"transfer">> => true}')" 204
}
it "mix hex.owner adds, lists, removes and transfers" owners

keys() {
	local answer secret
	answer=$(mix POST /keys '#{<<"name">> => <<"ci">>, <<"permissions">> => [#{<<"domain">> => api, <<"resource">> => <<"read">>}]}')
	like "$answer" "^201 "
	secret=$(sed 's/.*<<"secret">> => <<"\([^"]*\)">>.*/\1/' <<<"$answer")
	like "$(key=$secret mix GET /users/me)" "^200 "
	like "$(key=$secret mix_upload '/packages/plum/releases?replace=true' "$house/work/plum")" \
		'^401 .*key not authorized for this action'
	has "$(mix POST /keys '#{<<"name">> => <<"ci">>}')" '<<"name">> => <<"ci-2">>'
	like "$(mix DELETE /keys/ci "")" '^200 .*<<"name">> => <<"ci">>'
	like "$(key=$secret mix GET /users/me)" '^401 .*API key revoked'
}
it "mix hex.user key generates, lists and revokes" keys

organization() {
	local token
	admin org add acme --admin alice
	hextar --shape mix --require 'plum=~> 1.0' secret 1.0.0 >"$house/work/secret"
	like "$(mix_upload '/repos/acme/packages/secret/releases?replace=false' "$house/work/secret")" "^201 "
	like "$(mix GET '/auth?domain=repository&resource=acme')" "^20[04]"
	token=$(mix POST /oauth/token "#{<<\"grant_type\">> => <<\"client_credentials\">>,
		<<\"client_id\">> => <<\"78ea6566-89fd-481e-a1d6-7d9d78eacca8\">>,
		<<\"client_secret\">> => <<\"$(key_of_alice repositories)\">>, <<\"scope\">> => <<\"repositories\">>}")
	like "$token" '^200 .*<<"token_type">> => <<"bearer">>'
	token=$(sed 's/.*<<"access_token">> => <<"\([^"]*\)">>.*/\1/' <<<"$token")
	is "$(http GET /repo/repos/acme/packages/secret -H "Authorization: Bearer $token")" 200
	is "$(http GET /repo/repos/acme/tarballs/secret-1.0.0.tar -H "Authorization: Bearer $token")" 200
	cmp "$house/work/body" "$house/work/secret"
	like "$(key=$bob mix GET '/auth?domain=repository&resource=acme')" "^40[134] "
	like "$(http GET /repo/repos/acme/packages/secret)" "^40[14]$"
}
key_of_alice() {
	mix POST /keys "#{<<\"name\">> => <<\"org\">>, <<\"permissions\">> => [#{<<\"domain\">> => <<\"$1\">>}]}" |
		sed 's/.*<<"secret">> => <<"\([^"]*\)">>.*/\1/'
}
it "mix hex.organization auth exchanges a key for a token that opens the repository" organization

other_requests() {
	has "$(mix POST /short_url "#{<<\"url\">> => <<\"$base_url/diff?a=1\">>}")" "<<\"url\">> => <<\"$base_url/l/"
	has "$(mix GET '/packages?search=plum&sort=downloads')" '<<"name">> => <<"plum">>'
}
it "mix hex.outdated and hex.package search" other_requests

hostile_terms() {
	(cd "$house/work" && HOME=$house/work escript "$support/terms.escript" write sent \
		'#{<<"reason">> => <<"other">>, <<"message">> => lists:duplicate(1000, <<"x">>)}' compressed)
	is "$(http POST /api/packages/plum/releases/1.0.0/retire -A mix -H "Authorization: $alice" \
		-H "Content-Type: $erlang" --data-binary "@$house/work/sent")" 400
	like "$(mix POST /packages/plum/releases/1.0.0/retire '[1, 2, 3]')" "^422 "
	like "$(mix POST /packages/plum/releases/1.0.0/retire 'self()')" "^400 "
}
it "a compressed term, a list and a process are no body" hostile_terms

reverts() {
	is "$(mix DELETE /packages/damson/releases/0.2.0 "")" 204
	like "$(mix GET /packages/damson/releases/0.2.0)" "^404 "
	like "$(mix DELETE /packages/plum/releases/1.0.0 "")" '^422 .*other packages depend on it'
}
it "mix hex.publish --revert takes a release back" reverts

everything_is_consistent() { admin verify; }
it "entrepot-admin verify finds nothing wrong afterwards" everything_is_consistent

done_testing
