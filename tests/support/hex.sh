# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The Hex clients for one test script: rebar3 with a home of its own that knows
# only this registry, and the client library inside rebar3. Sourced after
# house.sh, used once the house is open.

hex_suffices() { command -v rebar3 >/dev/null && command -v escript >/dev/null; }

hex_setup() {
	# the public registry is behind a closed port
	export https_proxy=http://127.0.0.1:9 HTTPS_PROXY=http://127.0.0.1:9
	export TERM=dumb REBAR_COLOR=none
	unset HEX_API_KEY HEX_API_URL HEX_MIRROR HEX_REPOS_KEY
	# a repository called hexpm has its address from here and from nowhere else
	export HEX_CDN=$base_url/repo
	rebar3_home main
	curl -fsS "$base_url/repo/public_key" >"$house/work/hex.pem"
	rebar3_repos
}

# hex VERB [ARGUMENT]...: the client library, with the key $hex_key (alice's)
# and on the repository $hex_repo (the public one); see hexclient.escript.
hex() {
	escript "$support/hexclient.escript" "$base_url" "${hex_key-$alice}" \
		"${hex_repo-hexpm}" "$@"
}

# rebar3_home NAME: another home; a new NAME is an empty one.
rebar3_home() {
	export HOME=$house/work/home-$1
	mkdir -p "$HOME/.config/rebar3"
}

# rebar3_repos [REPOSITORY]...: the registry as the public repository, behind
# others that are given as Erlang maps; signed with the key $hex_pem.
rebar3_repos() {
	local file=$HOME/.config/rebar3/rebar.config more
	printf '{hex, [{repos, [\n' >"$file"
	for more in "$@"; do
		printf '%s,\n' "$more" >>"$file"
	done
	cat >>"$file" <<-TERMS
	#{name => <<"hexpm">>, api_url => <<"$base_url/api">>,
	  repo_public_key => <<"$(cat "${hex_pem:-$house/work/hex.pem}")">>}
	]}]}.
	TERMS
}

# rebar3_organization NAME KEY: the map of an organization's repository.
rebar3_organization() {
	printf '#{name => <<"hexpm:%s">>, repo_key => <<"%s">>, api_key => <<"%s">>, api_repository => <<"%s">>}' \
		"$1" "$2" "$2" "$1"
}

# rebar3_app NAME DEPENDENCY: a program that nobody publishes; the dependency
# is a name, or a tuple of name and requirement. Prints its directory.
rebar3_app() {
	local dir=$house/work/src/$1 dependency
	dependency=$(sed 's/^{\([^,]*\),.*/\1/' <<<"$2")
	mkdir -p "$dir/src"
	printf '{deps, [%s]}.\n' "$2" >"$dir/rebar.config"
	printf '{application, %s, [{vsn, "1"}, {applications, [kernel, stdlib, %s]}]}.\n' \
		"$1" "$dependency" >"$dir/src/$1.app.src"
	echo "$dir"
}

# rebar3_name MODULE: what the compiled package says of itself, in the
# directory of a program.
rebar3_name() {
	erl -noshell -pa _build/default/lib/*/ebin -eval "io:format(\"~s~n\", [$1:name()]), halt()."
}

# rebar3_locked NAME: that version in the lock file.
rebar3_locked() {
	sed -n "s/.*<<\"$1\">>,{pkg,<<\"$1\">>,<<\"\([^\"]*\)\">>.*/\1/p" rebar.lock
}
