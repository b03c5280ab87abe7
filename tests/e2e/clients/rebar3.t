#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A stock rebar3 against the whole registry: fetch, compile, lock, look up,
# upgrade; from the public repository and from an organization's.

. "$(dirname "$0")/../../support/house.sh"
. "$support/hex.sh"

hex_suffices || skip_all "no rebar3"
house_open
house_start lighttpd || bail "the registry did not start"
hex_setup
hex publish lemon 0.1.0 >/dev/null && hex publish melon 1.0.0 "lemon=~> 0.1" >/dev/null ||
	bail "nothing could be published"
app=$(rebar3_app app melon)

# asked METHOD-AND-TARGET STATUS: how many requests of that kind were answered so.
asked() { grep -c "method=${1/ / target=} status=$2 " "$house/log/entrepot.log" || true; }

fetch_and_compile() {
	cd "$app"
	rebar3 get-deps
	rebar3 compile
	is "$(rebar3_name melon)" "melon 1.0.0"
	is "$(rebar3_name lemon)" "lemon 0.1.0"
}
it "rebar3 get-deps fetches a package and what it depends on, and they compile" fetch_and_compile

lock_has_checksums() {
	local checksum
	cd "$app"
	checksum=$(curl -fsS "$base_url/api/packages/melon/releases/1.0.0" | jq -r .checksum)
	grep -qF "{<<\"melon\">>, <<\"${checksum^^}\">>}" rebar.lock
	is "$(rebar3_locked lemon)" 0.1.0
}
it "the lock file holds the checksum that the API gives" lock_has_checksums

from_the_lock() {
	rebar3_home clean
	rebar3_repos
	cd "$app"
	rm -rf _build
	rebar3 compile
	is "$(rebar3_name melon)" "melon 1.0.0"
}
it "an empty home builds from the lock file" from_the_lock

unchanged() {
	local before
	cd "$app"
	rm -rf _build
	rebar3 get-deps
	before=$(asked "GET /repo/tarballs/melon-1.0.0.tar" 200)
	rm -rf _build
	rebar3 get-deps
	is "$(asked "GET /repo/tarballs/melon-1.0.0.tar" 200)" "$before"
	[ "$(asked "GET /repo/tarballs/melon-1.0.0.tar" 304)" -gt 0 ]
}
it "what rebar3 has already is not sent again" unchanged

looks_up() {
	local out
	out=$(rebar3 pkgs melon)
	like "$out" "Name: melon"
	like "$out" "Description: The package melon"
	like "$out" "Licenses: MIT"
	like "$out" "Versions: 1.0.0"
	fails rebar3 pkgs nowhere
	like "$out" "not found"
}
it "rebar3 pkgs shows a package and refuses an unknown one" looks_up

upgrades() {
	cd "$app"
	hex publish lemon 0.1.5
	rebar3 update
	rebar3 upgrade --all
	is "$(rebar3_locked lemon)" 0.1.5
	is "$(rebar3_locked melon)" 1.0.0
	rebar3 compile
	is "$(rebar3_name lemon)" "lemon 0.1.5"
}
it "rebar3 update and upgrade find a new release" upgrades

not_beyond_the_requirement() {
	cd "$app"
	hex publish lemon 1.0.0
	hex publish lemon 0.2.0-rc.1
	rebar3 update
	rebar3 upgrade --all
	is "$(rebar3_locked lemon)" 0.1.5
}
it "neither a prerelease nor what the requirement excludes is taken" not_beyond_the_requirement

retired() {
	cd "$app"
	hex retire lemon 0.1.5 security "leaks juice"
	rm -rf _build rebar.lock
	rebar3 update
	like "$(rebar3 get-deps 2>&1)" "lemon-0.1.5 is retired: \\(security\\) leaks juice"
	hex unretire lemon 0.1.5
	rm -rf _build rebar.lock
	rebar3 update
	unlike "$(rebar3 get-deps 2>&1)" "is retired"
}
it "a retired release is warned of until it is not retired any more" retired

replaced() {
	local out
	cd "$app"
	hex publish plum 1.0.0
	hex publish lemon 0.1.5 "plum=~> 1.0" replace
	rebar3_home replaced
	rebar3_repos
	rm -rf _build
	fails rebar3 get-deps
	like "$out" "Checksum mismatch for package lemon-0.1.5"
}
it "a release that was replaced does not pass for the locked one" replaced

reverted() {
	local out
	hex publish apricot 1.0.0
	hex revert apricot 1.0.0
	cd "$(rebar3_app late apricot)"
	fails rebar3 get-deps
	like "$out" "not found in any repo: apricot"
}
it "a release that was taken back is gone" reverted

another_key() {
	local out
	openssl genrsa 2048 2>/dev/null | openssl rsa -pubout >"$house/work/other.pem"
	rebar3_home suspicious
	hex_pem=$house/work/other.pem rebar3_repos
	cd "$(rebar3_app suspicious melon)"
	fails rebar3 get-deps
	rebar3_repos
	rebar3 get-deps
}
it "what somebody else has signed is not taken" another_key

# --- an organization's repository -------------------------------------------

private_repository() {
	admin org add acme --admin alice
	hex_repo=acme hex publish secret 1.0.0 "lemon=~> 1.0"
	rebar3_home member
	rebar3_repos "$(rebar3_organization acme "$alice")"
	cd "$(rebar3_app inside secret)"
	rebar3 get-deps
	rebar3 compile
	is "$(rebar3_name secret)" "secret 1.0.0"
	is "$(rebar3_locked lemon)" 1.0.0
	like "$(rebar3 pkgs secret)" "Versions: 1.0.0"
}
it "a member's key opens the organization's repository" private_repository

stranger() {
	local out
	rebar3_home stranger
	cd "$(rebar3_app outside secret)"
	rebar3_repos "$(rebar3_organization acme "$bob")"
	fails rebar3 get-deps
	like "$out" "not found in any repo: secret"
	rebar3_repos "$(rebar3_organization acme 0123456789abcdef0123456789abcdef)"
	fails rebar3 get-deps
	rebar3_repos '#{name => <<"hexpm:acme">>}'
	fails rebar3 get-deps
	[ ! -e _build/default/lib/secret ]
}
it "a stranger's key, a wrong one and none at all get nothing of it" stranger

new_member() {
	rebar3_home stranger
	cd "$house/work/src/outside"
	admin org member add acme bob
	rebar3_repos "$(rebar3_organization acme "$bob")"
	rebar3 get-deps
	admin org member remove acme bob
	rm -rf _build rebar.lock "$HOME/.cache"
	fails rebar3 get-deps
}
it "a key opens it as long as its owner is a member" new_member

everything_is_consistent() { admin verify; }
it "entrepot-admin verify finds nothing wrong afterwards" everything_is_consistent

done_testing
