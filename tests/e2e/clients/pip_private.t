#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Private Python repositories, as pip sees them: with each way to give it a
# credential, and without one, where it must not learn what there is.

. "$(dirname "$0")/../../support/house.sh"
. "$support/python.sh"

[ -x /usr/bin/pip ] || skip_all "no pip"
house_open
admin org add acme --admin alice >/dev/null && admin repo add pypi inside --owner acme --private >/dev/null ||
	bail "no private repository"
house_start lighttpd || bail "the registry did not start"
python_setup
inside=$base_url/acme/inside/pypi
given "$base_url" "$alice" plum 1.0 && given "$inside" "$alice" secret 1.0 &&
	given "$inside" "$alice" --sdist secret 1.0 && given "$inside" "$alice" --require secret keeper 1.0 ||
	bail "nothing could be uploaded"

# installs_from INDEX ARGUMENT...
installs_from() { installs --index-url "$1/simple/" "${@:2}"; }
in_address() {
	installs_from "$(with_credential __token__ "$alice" "$inside")" keeper
	is "$(installed)" "keeper 1.0,secret 1.0"
	installs_from "$(with_credential alice correct%20horse%20battery%20alice "$inside")" keeper
	is "$(installed)" "keeper 1.0,secret 1.0"
}
it "a token or a password in the address opens it, index and files" in_address

in_netrc() {
	python_home netrc
	printf 'machine 127.0.0.1 login __token__ password %s\n' "$alice" >"$HOME/.netrc"
	chmod 600 "$HOME/.netrc"
	installs_from "$inside" keeper
	is "$(installed)" "keeper 1.0,secret 1.0"
}
it "a token in ~/.netrc opens it" in_netrc

beside_public() {
	installs_from "$(with_credential __token__ "$alice" "$inside")" --extra-index-url "$base_url/simple/" keeper plum
	is "$(installed)" "keeper 1.0,plum 1.0,secret 1.0"
}
it "it goes together with the public one" beside_public

# told PATH [CURL-OPTION]...: all that an answer says but what differs anyway.
told() {
	http GET "$@"
	grep -viE '^(date|x-request-id|server):' "$house/work/headers"
	sed "s|$1|PATH|g" "$house/work/body"
}

# A project, a file, an index: of the repository, of one that is not there.
nothing_learned() {
	local path url
	url=$(curl -fsS -u "__token__:$alice" "$inside/pypi/secret/json" | jq -r '.urls[0].url')
	[ "$(http GET "${url#"$base_url"}" -u "__token__:$alice")" = 200 ]
	for path in /simple/ /simple/secret/ /simple/nowhere/ /pypi/secret/json /pypi/secret/1.0/json \
		"${url#"$inside"}" "${url#"$inside"}.metadata" /rss/updates.xml; do
		is "$(told "/acme/inside/pypi$path" "$@")" "$(told "/acme/nowhere/pypi$path" "$@")"
		is "$(told "/acme/inside/pypi$path" "$@")" "$(told "/nobody/nowhere/pypi$path" "$@")"
		echo "$path $(http GET "/acme/inside/pypi$path" "$@")"
	done >"$house/work/answers"
	cat "$house/work/answers"
	is "$(cut -d' ' -f2 "$house/work/answers" | sort -u)" "${status:?}"
}
anonymous() { status=401 nothing_learned; }
it "without a credential everything below it is as if it were not there" anonymous

stranger() { status=404 nothing_learned -u "__token__:$bob"; }
it "to somebody else everything below it is as if it were not there" stranger

wrong_credential() { status=401 nothing_learned -u "__token__:cioWrongWrongWrong"; }
it "with a wrong token everything below it is as if it were not there" wrong_credential

pip_fails() {
	local out
	fails installs_from "$inside" secret
	like "$out" "No matching distribution found for secret"
	fails installs_from "$(with_credential __token__ "$bob" "$inside")" secret
	like "$out" "No matching distribution found for secret"
	fails installs_from "$(with_credential __token__ cioWrongWrongWrong "$inside")" secret
	fails installs_from "$base_url" secret
}
it "pip without a credential, with a stranger's or a wrong one gets nothing" pip_fails

new_member() {
	admin org member add acme bob
	installs_from "$(with_credential __token__ "$bob" "$inside")" keeper
	is "$(installed)" "keeper 1.0,secret 1.0"
	admin org member remove acme bob
	fails installs_from "$(with_credential __token__ "$bob" "$inside")" keeper
}
it "a member's token opens it as long as he is one" new_member

not_in_public() {
	local path
	for path in /simple/ /rss/updates.xml /rss/packages.xml /stats/; do
		http GET "$path" -H 'Accept: application/json, application/vnd.pypi.simple.v1+json, */*;q=0.5'
		unlike "$(body)" "secret|keeper"
	done
	is "$(http GET /simple/secret/)" 404
	is "$(http GET /pypi/secret/json)" 404
	is "$(http GET /pypi/secret/1.0/json)" 404
}
it "nothing of it is in the public lists and feeds" not_in_public

not_cached() {
	http GET /acme/inside/pypi/simple/secret/ -u "__token__:$alice"
	unlike "$(header cache-control)" "public"
	like "$(header vary)" "Authorization"
}
it "its pages are not for shared caches" not_cached

closed_registry() {
	house_set pypi_auth_required yes
	entrepot_reload
	is "$(http GET /simple/plum/)" 401
	like "$(header www-authenticate)" '^Basic realm='
	is "$(http GET /pypi/plum/json)" 401
	fails installs_from "$base_url" plum
	installs_from "$(with_credential __token__ "$bob")" plum
	is "$(installed)" "plum 1.0"
}
it "pypi_auth_required closes the registry's own repository in the same way" closed_registry

done_testing
