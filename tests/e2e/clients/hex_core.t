#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The Hex protocol's own client library, as it is inside rebar3, against the
# whole registry: it publishes, verifies signatures and checksums of what it
# fetches, retires, reverts; many do so at once, and workers are killed.

. "$(dirname "$0")/../../support/house.sh"
. "$support/hex.sh"

hex_suffices || skip_all "no rebar3"
house_open
house_set workers 8
house_start lighttpd || bail "the registry did not start"
hex_setup

publishes_and_fetches() {
	local out
	like "$(hex publish plum 1.0.0)" "^201 .*<<\"html_url\">> => <<\"$base_url/packages/plum/1.0.0\">>"
	like "$(hex publish damson 0.1.0 'plum=~> 1.0')" "^201 "
	out=$(hex_key='' hex fetch damson 0.1.0)
	like "$out" '"rebar.config","src/damson.app.src","src/damson.erl"'
	like "$out" 'übersetzt'
	is "$(hex_key='' hex releases damson)" \
		'0.1.0 none [#{package => <<"plum">>,requirement => <<"~> 1.0">>}]'
}
it "a package is published, and what is fetched has a valid signature and both checksums" publishes_and_fetches

reads_the_api() {
	local out
	out=$(hex_key='' hex package damson)
	like "$out" '^200 .*<<"latest_version">> => <<"0.1.0">>'
	out=$(hex_key='' hex release damson 0.1.0)
	has "$out" '<<"requirements">> => #{<<"plum">> => #{<<"app">> => <<"plum">>,<<"optional">> => false,<<"requirement">> => <<"~> 1.0">>}}'
	is "$(hex_key='' hex package nowhere)" '404 #{<<"message">> => <<"Page not found">>,<<"status">> => 404}'
	like "$(hex_key='' hex release damson 7)" '^400 .*invalid version: 7'
	like "$(hex_key='' hex release damson 7.0.0)" '^404 '
}
it "packages and releases read as the protocol has them" reads_the_api

lists() {
	is "$(hex_key='' hex names | tr '\n' ' ')" "damson plum "
	hex publish plum 1.1.0-rc.1
	hex publish plum 1.0.10
	hex publish plum 1.0.9
	is "$(hex_key='' hex versions)" 'damson 0.1.0 []
plum 1.0.0 1.0.9 1.0.10 1.1.0-rc.1 []'
	is "$(hex_key='' hex releases plum | cut -d' ' -f1 | tr '\n' ' ')" "1.0.0 1.0.9 1.0.10 1.1.0-rc.1 "
}
it "the signed lists hold every name and every version in order" lists

refused() {
	like "$(hex publish damson 0.1.0)" '^422 .*must include the --replace flag to update an existing release'
	like "$(hex publish Damson 0.1.0)" '^422 .*<<"name">> => <<"has invalid format">>'
	like "$(hex publish damson 0.1)" '^422 .*<<"version">> => <<"is invalid SemVer">>'
	has "$(hex publish damson 0.2.0 'plum=^1')" \
		'<<"requirements">> => #{<<"plum">> => <<"invalid requirement: \"^1\"">>}'
	has "$(hex publish damson 0.2.0 'nowhere=~> 1.0')" \
		'#{<<"nowhere">> => <<"package does not exist in repository \"hexpm\"">>}'
	like "$(hex_key='' hex publish damson 0.2.0)" '^401 .*missing authentication information'
	like "$(hex_key=0123456789abcdef0123456789abcdef hex publish damson 0.2.0)" '^401 .*invalid API key'
	like "$(hex_key=$bob hex publish damson 0.2.0)" '^403 .*account not authorized for this action'
	is "$(hex_key='' hex releases damson | wc -l)" 1
}
it "what may not be published is refused in the protocol's words" refused

retires() {
	is "$(hex retire plum 1.0.9 security 'wasps')" "204 nil"
	has "$(hex_key='' hex releases plum)" "1.0.9 #{message => <<\"wasps\">>,reason => 'RETIRED_SECURITY'}"
	has "$(hex_key='' hex versions)" 'plum 1.0.0 1.0.9 1.0.10 1.1.0-rc.1 [1]'
	has "$(hex_key='' hex package plum)" '<<"retirements">> => #{<<"1.0.9">> => #{<<"message">> => <<"wasps">>,<<"reason">> => <<"security">>}}'
	is "$(hex retire plum 1.0.9 other)" "204 nil"
	has "$(hex_key='' hex releases plum)" "1.0.9 #{reason => 'RETIRED_OTHER'}"
	has "$(hex retire plum 1.0.9 boring)" '#{<<"retirement">> => #{<<"reason">> => <<"is invalid">>}}'
	like "$(hex_key=$bob hex retire plum 1.0.9 other)" '^403 '
	is "$(hex unretire plum 1.0.9)" "204 nil"
	is "$(hex unretire plum 1.0.9)" "204 nil"
	unlike "$(hex_key='' hex releases plum)" "RETIRED"
}
it "a release is retired for a reason, and brought back" retires

replaces() {
	local before
	before=$(hex_key='' hex release damson 0.1.0 | grep -o 'checksum">> => <<"[^"]*')
	like "$(hex publish damson 0.1.0 'plum=~> 1.0.9' replace)" '^200 '
	[ "$(hex_key='' hex release damson 0.1.0 | grep -o 'checksum">> => <<"[^"]*')" != "$before" ]
	like "$(hex_key='' hex releases damson)" '~> 1.0.9'
	hex_key='' hex fetch damson 0.1.0
}
it "a release is replaced, by its tarball and in what is signed" replaces

reverts() {
	is "$(hex revert plum 1.1.0-rc.1)" "204 nil"
	like "$(hex revert plum 1.1.0-rc.1)" "^404 "
	fails hex fetch plum 1.1.0-rc.1
	is "$(hex_key='' hex releases plum | tail -n 1 | cut -d' ' -f1)" 1.0.10
	hex publish greengage 1.0.0
	is "$(hex revert greengage 1.0.0)" "204 nil"
	like "$(hex_key='' hex package greengage)" "^404 "
	unlike "$(hex_key='' hex names)" greengage
	like "$(hex publish greengage 1.0.0)" "^201 "
	hex_key='' hex fetch greengage 1.0.0
}
it "a release is taken back, the package with its last one, and may come again" reverts

documents() {
	is "$(hex docs-publish plum 1.0.10 '<h1>Plum</h1>')" "201 nil"
	has "$(hex_key='' hex fetch-docs plum 1.0.10)" '{"index.html",<<"<h1>Plum</h1>">>}'
	has "$(hex_key='' hex release plum 1.0.10)" '<<"has_docs">> => true'
	like "$(hex_key=$bob hex docs-publish plum 1.0.10 x)" "^403 "
	like "$(hex docs-publish plum 7.0.0 x)" "^404 "
	is "$(hex docs-revert plum 1.0.10)" "204 nil"
	has "$(hex_key='' hex release plum 1.0.10)" '<<"has_docs">> => false'
	fails hex fetch-docs plum 1.0.10
}
it "documentation is published, fetched and taken back" documents

depended_upon() {
	like "$(hex revert plum 1.0.0; hex revert plum 1.0.9; hex revert plum 1.0.10)" \
		'422 .*you cannot delete this package because other packages depend on it'
}
it "a package that others depend on keeps its last release" depended_upon

# alice, who administers the registry, may everything
owners() {
	local carol hex_key=$bob
	carol=$(house_account carol)
	hex publish sloe 0.1.0
	has "$(hex owners sloe)" '<<"level">> => <<"full">>'
	is "$(hex owner-add sloe carol maintainer keep)" "204 nil"
	like "$(hex_key='' hex owner sloe carol)" '^200 .*<<"level">> => <<"maintainer">>'
	like "$(hex_key=$carol hex publish sloe 0.1.1)" "^201 "
	like "$(hex_key=$carol hex owner-remove sloe bob)" "^403 "
	is "$(hex owner-add sloe carol full keep)" "204 nil"
	is "$(hex_key=$carol hex owner-remove sloe bob)" "204 nil"
	like "$(hex publish sloe 0.1.2)" "^403 "
	has "$(hex_key=$carol hex owner-remove sloe carol)" 'cannot remove last owner of package'
	is "$(hex_key=$carol hex owner-add sloe bob full transfer)" "204 nil"
	like "$(hex owner sloe carol)" "^404 "
	like "$(hex publish sloe 0.1.2)" "^201 "
}
it "owners are added, with their level, removed, and replaced by a transfer" owners

# secret_of ANSWER: of the answer to key-add.
secret_of() { sed 's/.*<<"secret">> => <<"\([^"]*\)">>.*/\1/' <<<"$1"; }

keys() {
	local answer basic secret
	basic="Basic $(printf 'alice:correct horse battery alice' | base64 -w 0)"
	answer=$(hex_key=$basic hex key-add laptop api:read)
	like "$answer" '^201 .*<<"name">> => <<"laptop">>'
	secret=$(secret_of "$answer")
	like "$(hex_key=$secret hex me)" '^200 .*<<"username">> => <<"alice">>'
	like "$(hex_key=$secret hex publish damson 9.9.9)" '^401 .*key not authorized for this action'
	like "$(hex key-add laptop api)" '^201 .*<<"name">> => <<"laptop-2">>'
	has "$(hex keys)" '<<"name">> => <<"laptop-2">>'
	unlike "$(hex keys)" "$secret"
	like "$(hex key laptop)" '^200 .*<<"secret">> => nil'
	like "$(hex key-remove laptop)" '^200 .*<<"name">> => <<"laptop">>'
	like "$(hex_key=$secret hex me)" '^401 .*API key revoked'
	like "$(hex_key=$basic hex key-add odd planet)" '^422 .*is invalid'
	like "$(hex_key="Basic $(printf 'alice:wrong' | base64)" hex key-add laptop)" \
		'^401 .*invalid username and password combination'
}
it "a password makes keys, which do what they were made for until they are revoked" keys

package_key() {
	local secret
	secret=$(secret_of "$(hex key-add package-ci package:hexpm/damson)")
	like "$(hex_key=$secret hex publish damson 0.1.3)" "^201 "
	like "$(hex_key=$secret hex publish plum 3.0.0)" "^401 "
	like "$(hex_key=$secret hex publish brand_new 1.0.0)" "^401 "
	is "$(hex_key=$secret hex retire damson 0.1.3 invalid)" "204 nil"
}
it "a key for one package publishes that one" package_key

private_repository() {
	admin org add acme --admin alice
	like "$(hex_repo=acme hex publish secret 1.0.0 'plum=~> 1.0')" "^201 .*$base_url/api/repos/acme/packages/secret"
	hex_repo=acme hex fetch secret 1.0.0
	is "$(hex_repo=acme hex releases secret)" \
		'1.0.0 none [#{package => <<"plum">>,repository => <<"hexpm">>,requirement => <<"~> 1.0">>}]'
	unlike "$(hex_key='' hex names)" secret
	like "$(hex package secret)" "^404 "
	like "$(hex_repo=acme hex package secret)" "^200 "
	for hex_key in "$bob" ""; do
		like "$(hex_repo=acme hex package secret)" "^404 "
		like "$(hex_repo=acme hex publish secret 1.1.0)" "^40[14] "
		fails hex_from_acme names
		fails hex_from_acme releases secret
		fails hex_from_acme fetch secret 1.0.0
	done
	hex_key=$(secret_of "$(hex_key=$alice hex key-add reader repository:acme)")
	hex_from_acme fetch secret 1.0.0
	like "$(hex_from_acme publish secret 1.2.0)" "^401 "
}
hex_from_acme() { hex_repo=acme hex "$@"; }
it "an organization's repository is signed with its own name and closed to others" private_repository

one_of_thirty_two() {
	is "$(hex race 32 contended 1.0.0)" \
		'1 201
31 422 #{<<"inserted_at">> => <<"must include the --replace flag to update an existing release">>}'
	is "$(hex_key='' hex releases contended | wc -l)" 1
	is "$(hex race 32 contended 1.1.0 | head -n 1)" "1 201"
	is "$(hex_key='' hex releases contended | wc -l)" 2
	hex_key='' hex fetch contended 1.1.0
}
it "of 32 identical publishes one succeeds and 31 are told so" one_of_thirty_two

no_lost_update() {
	hex storm many 40 20 "$house/work/many" >"$house/work/many.out"
	is "$(cat "$house/work/many.out")" ""
	is "$(hex_key='' hex names | grep -c many_)" 40
	is "$(hex_key='' hex versions | grep -c 'many_.* 1.0.0 ')" 40
}
it "of many packages published at once none is missing in the signed lists" no_lost_update

storm_with_kills() {
	house_break_until "$house/work/over" &
	hex storm storm 100 8 "$house/work/acknowledged" >"$house/work/storm"
	touch "$house/work/over"
	wait
	cat "$house/work/storm"
	# with nothing acknowledged or nothing failed this would show nothing
	is "$(wc -l <"$house/work/acknowledged")" 100
	[ -s "$house/work/storm" ]
}
it "100 packages are published while workers are killed and PostgreSQL restarts" storm_with_kills

acknowledged_is_there() {
	house_recovered
	hex_key='' hex check "$house/work/acknowledged"
	is "$(hex_key='' hex names | grep -c storm_)" 100
}
it "every acknowledged package is in the signed lists and can be fetched" acknowledged_is_there

nothing_left() {
	admin verify
	admin gc --grace 0
	is "$(find "$house/data/tmp" -type f 2>/dev/null | wc -l)" 0
	is "$(find "$house/data/blobs" -type f | wc -l)" "$(sql 'SELECT count(*) FROM blob')"
	admin verify
}
it "entrepot-admin verify finds nothing wrong afterwards, and nothing is left over" nothing_left

done_testing
