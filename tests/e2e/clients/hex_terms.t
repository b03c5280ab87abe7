#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Whatever the Hex API answers, it answers the same in both of its formats:
# every GET route and every kind of refusal, in JSON and in Erlang terms, which
# Erlang decodes in the safe mode that clients use.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"

command -v escript >/dev/null || skip_all "no escript"
house_open
house_start lighttpd || bail "the registry did not start"
agent='hex_core/0.18.0 hex/2.5.1 (elixir/1.14.0) (OTP/25) (erts/13.1.5)'
erlang='application/vnd.hex+erlang'
answers=$house/work/answers
mkdir "$answers"

given() {
	local name
	admin org add acme --admin alice
	admin org member add acme bob
	for name in plum damson; do
		hextar "$name" 0.9.0 --description "größer als \"$name\"" | upload "/publish"
		hextar "$name" 1.0.0 --require plum='~> 0.9' | upload "/repos/acme/publish"
	done
	hextar plum 1.0.0-rc.1 --require damson='~> 0.9 or >= 1.0.0' | upload "/publish"
	hextar damson 1.0.0-rc.1 --require plum='~> 0.9 or >= 1.0.0' | upload "/publish"
	is "$(http POST /api/packages/plum/releases/0.9.0/retire -A "$agent" -H "Authorization: $alice" \
		-H 'Content-Type: application/json' -d '{"reason":"security","message":"Würmer"}')" 204
	is "$(http GET /repo/tarballs/plum-0.9.0.tar)" 200
	is "$(http POST /api/keys -A "$agent" -H "Authorization: $alice" -H 'Content-Type: application/json' \
		-d '{"name":"laptop","permissions":[{"domain":"api","resource":"read"},{"domain":"repository","resource":"acme"}]}')" 201
	is "$(http POST /api/orgs/acme/keys -A "$agent" -H "Authorization: $alice" \
		-H 'Content-Type: application/json' -d '{"name":"laptop"}')" 201
}
upload() {
	is "$(http POST "/api$1" -A "$agent" -H "Authorization: $alice" -H 'Expect:' --data-binary @-)" 201 "$(body)"
}
it "there are packages, releases, keys and an organization to show" given

# targets: every GET route of the API, with what there is in place of its
# parameters. A parameter that nobody knows stays, and its route then misses.
targets() {
	admin routes --json | jq -r '.[] | select(.protocol == "hex" and .method == "GET" and
		(.path | startswith("/api"))) | .path' |
		sed 's/:package/plum/; s/:version/0.9.0/; s/:user/alice/; s/:organization/acme/
			s/:repository/acme/; s/:key/laptop/; s,^/api/auth$,&?domain=api,
			s,^\(/api/repos/acme/.*\)/0.9.0,\1/1.0.0,'
	cat <<-MORE
	/api/packages?sort=inserted_at&search=plum
	/api/packages?page=2
	/api/packages/damson
	/api/packages/plum/releases/0.9.0?downloads=day
	/api/packages/plum/releases/1.0.0-rc.1
	/api/packages/nowhere
	/api/packages/plum/releases/none
	/api/auth
	/api/auth?domain=none
	/api/nowhere
	MORE
}

# ask TARGET FILE ACCEPT [CURL-OPTION]...: its status, type and body.
ask() {
	local status
	status=$(http GET "$1" -A "$agent" -H "Accept: $3" "${@:4}")
	cp "$house/work/body" "$2"
	printf '%s %s\n' "$status" "$(header content-type)" >"$2.status"
}

# compare TARGET [CURL-OPTION]...: the two answers, as one spelling.
compare() {
	local target=$1 status type
	shift
	# the first use of a key is part of its own description
	ask "$target" "$answers/json" application/json "$@"
	ask "$target" "$answers/json" application/json "$@"
	ask "$target" "$answers/term" "$erlang" "$@"
	read -r status type <"$answers/json.status"
	is "$(cut -d' ' -f1 <"$answers/term.status")" "$status" "$target"
	if [ ! -s "$answers/json" ]; then
		is "$(wc -c <"$answers/term")" 0 "$target"
		unlike "$(cat "$answers/term.status")" erlang
		return
	fi
	has "$type" "application/json" "$target"
	has "$(cat "$answers/term.status")" "$erlang" "$target"
	(tr -d '\n' <"$answers/json"; echo) | python3 "$support/canon.py" --seconds >"$answers/wanted"
	(cd "$answers" && HOME=$answers escript "$support/terms.escript" canon term >got)
	diff "$answers/wanted" "$answers/got" || fail "$target"
}

every_route() {
	local target seen=0
	while read -r target <&3; do
		compare "$target" -H "Authorization: $alice"
		echo "$target: $(cat "$answers/json.status")"
		case $target in
		*nowhere* | */none | */auth | *=none | */docs) ;;
		*) like "$(cat "$answers/json.status")" "^200 " ;;
		esac
		seen=$((seen + 1))
	done 3< <(targets)
	[ "$seen" -gt 30 ]
}
it "every GET route has the same answer in JSON and in Erlang terms" every_route

strangers() {
	local target
	for target in /api/ /api/packages /api/packages/plum /api/orgs /api/repos /api/users/me /api/keys \
		/api/repos/acme/packages/plum; do
		compare "$target"
		compare "$target" -H "Authorization: 0123456789abcdef0123456789abcdef"
	done
}
it "nobody and a wrong key are answered alike in both" strangers

no_agent() {
	compare /api/packages -H 'User-Agent:'
	like "$(cat "$answers/json.status")" "^400 "
}
it "a client that does not say who it is is refused alike in both" no_agent

done_testing
