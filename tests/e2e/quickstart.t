#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The contract of deploy/quickstart: what it writes, that it goes on with the
# same data, and that --stop ends exactly what it started.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"
. "$support/hex.sh"
. "$support/python.sh"

[ -w "$root" ] && [ -n "$(find "$root" -maxdepth 0 -perm -u=w)" ] ||
	skip_all "quickstart builds in the source tree, which is read-only here"
[ ! -e "$root/config.status" ] || skip_all "the source tree itself is configured"

house=$(mktemp -d /tmp/entrepot-test.XXXXXX) || bail "no directory"
mkdir "$house/work"
dir=$house/deep/dir
port=$(free_port)
base_url=http://127.0.0.1:$port
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

clean_up() {
	local link
	quickstart --stop >/dev/null 2>&1
	# root's temporary directory is closed to the daemons, so theirs are
	# elsewhere
	for link in "$dir"/*; do
		[ -L "$link" ] && rm -rf "$(readlink "$link")"
	done
	rm -rf "$house"
}
quickstart() { "$root/deploy/quickstart" --no-install --dir "$dir" "$@"; }
token() { jq -r ".users[] | select(.username == \"$1\") | .token" "$dir/credentials.json"; }

first_run() {
	local out
	out=$(quickstart --port "$port" --detach)
	like "$out" "CARGO_REGISTRIES_ENTREPOT_INDEX=sparse\\+$base_url/index/"
	like "$out" "cargo (publish|add|search)"
	like "$out" "HEX_CDN=$base_url/repo"
	like "$out" "mix hex.repo set hexpm --url $base_url/repo --public-key $dir/hex.pem"
	like "$out" "PIP_INDEX_URL=$base_url/simple/"
	like "$out" "TWINE_REPOSITORY_URL=$base_url/legacy/"
	is "$(http GET /-/ready)" 200
}
it "a first run builds, starts and says how to point clients at it" first_run

credentials() {
	is "$(stat -c %a "$dir/credentials.json")" 600
	jq -e --arg url "$base_url" '.base_url == $url and
		([.users[].username] == ["admin", "demo"]) and
		all(.users[]; .email and .password and .token)' "$dir/credentials.json"
	is "$("$(jq -r .admin_bin "$dir/credentials.json")" \
		--config "$(jq -r .config "$dir/credentials.json")" user show admin --json | jq .admin)" true
	is "$("$(jq -r .admin_bin "$dir/credentials.json")" \
		--config "$(jq -r .config "$dir/credentials.json")" user show demo --json | jq .admin)" false
}
it "credentials.json holds the contract, for its owner only" credentials

accounts_work() {
	alice=$(token demo)
	publish_crate quick 1.0.0
	is "$(http GET /index/qu/ic/quick)" 200
	is "$(http GET /api/v1/crates/quick/1.0.0/download -L)" 200
}
it "the demo user can publish, and the crate downloads" accounts_work

hex_package() {
	hextar quick 1.0.0 >"$house/work/quick-1.0.0.tar"
	curl -fsS -H "Authorization: $(token demo)" --data-binary "@$house/work/quick-1.0.0.tar" \
		"$base_url/api/publish" | jq -e '.version == "1.0.0"'
	is "$(http GET /repo/packages/quick)" 200
	is "$(http GET /repo/tarballs/quick-1.0.0.tar)" 200
	cmp "$house/work/body" "$house/work/quick-1.0.0.tar"
	is "$(http GET /repo/public_key)" 200
	cmp "$house/work/body" "$dir/hex.pem"
}
it "the demo user can publish a Hex package with curl, and it downloads" hex_package

rebar3_as_told() {
	hex_suffices || skip "rebar3 is not installed"
	quickstart --detach >"$house/work/told"
	mkdir -p "$house/work/home/.config/rebar3"
	export HOME=$house/work/home https_proxy=http://127.0.0.1:9 TERM=dumb
	sed -n '/{hex, /,/^$/p' "$house/work/told" >"$HOME/.config/rebar3/rebar.config"
	eval "$(sed -n '/TOKEN=/p; /export HEX_CDN/p' "$house/work/told")"
	is "$HEX_API_KEY" "$(token demo)"
	hex_key=$HEX_API_KEY hex publish quicker 1.0.0
	cd "$(rebar3_app app quicker)"
	rebar3 get-deps
	rebar3 compile
	is "$(rebar3_name quicker)" "quicker 1.0.0"
	like "$(rebar3 pkgs quicker)" "Versions: 1.0.0"
}
it "a rebar3 that is set up as the quickstart says fetches a package" rebar3_as_told

# readme NUMBER: that code block of the README's section about Python, with this
# registry's address and demo's token.
readme() {
	sed -n '/^## Pointing pip/,/^## Conf/p' "$root/README.md" | awk -v number="$1" '
		/^```/ { inside = !inside; count += inside; next }
		inside && count == number' |
		sed "s|http://127.0.0.1:8080|$base_url|g; s|cio\.\.\.|$(token demo)|g" | grep .
}

# python_user NAME: a home and a directory with dist/, a virtual environment ahead.
python_user() {
	python_setup
	unset PIP_INDEX_URL PIP_CONFIG_FILE
	python_home "$1"
	mkdir -p "$house/work/$1"
	cd "$house/work/$1"
	virtualenv -q venv
	PATH=$PWD/venv/bin:$PATH
}

# made VERSION: some-package in dist/.
made() {
	dist some-package "$1"
	rm -rf dist
	mv "$house/work/dist" dist
}

says_version() { is "$(python -c 'import some_package; print(some_package.VERSION)')" "$1"; }

python_suffices() { command -v /usr/bin/pip >/dev/null && command -v twine virtualenv >/dev/null; }

pip_as_told() {
	python_suffices || skip "pip, twine or virtualenv is not installed"
	python_user environment
	made 1.0
	eval "$(readme 1)"
	eval "$(readme 4)"
	says_version 1.0
	is "$(sha256sum <some_package-1.0-py3-none-any.whl)" "$(sha256sum <dist/some_package-1.0-py3-none-any.whl)"
}
it "pip and twine, set up by environment as the README says, upload and install" pip_as_told

pip_with_files() {
	python_suffices || skip "pip, twine or virtualenv is not installed"
	python_user files
	made 1.1
	mkdir -p "$HOME/.config/pip"
	readme 2 >"$HOME/.config/pip/pip.conf"
	readme 3 >"$HOME/.pypirc"
	twine upload -r entrepot dist/*
	pip install some-package
	says_version 1.1
}
it "pip and twine, set up by files as the README says, upload and install" pip_with_files

poetry_as_told() {
	command -v poetry >/dev/null || skip "poetry is not installed"
	python_user poetry
	rm -rf venv
	export POETRY_NO_INTERACTION=1 POETRY_VIRTUALENVS_IN_PROJECT=true
	poetry_project other-package other
	eval "$(readme 6)"
	PATH=$PWD/.venv/bin:$PATH
	says_version 1.1
	is "$(http GET /simple/other-package/)" 200
}
it "poetry, set up as the README says, adds and publishes" poetry_as_told

pdm_as_told() {
	command -v pdm >/dev/null || skip "pdm is not installed"
	python_user pdm
	rm -rf venv
	made 1.3
	printf '[project]\nrequires-python = ">=3.8"\n' >pyproject.toml
	eval "$(readme 7)"
	PATH=$PWD/.venv/bin:$PATH
	says_version 1.1
	like "$(links "$base_url" some-package)" some_package-1.3.tar.gz
}
it "pdm, set up as the README says, adds and publishes" pdm_as_told

uv_as_told() {
	command -v uv >/dev/null || skip "uv is not installed"
	python_user uv
	made 1.4
	eval "$(readme 5)"
	uv publish
	uv pip install --python venv/bin/python some-package
	says_version 1.4
}
it "uv, set up as the README says, publishes and installs" uv_as_told

changes_as_told() {
	[ "$(http GET /pypi/some-package/1.0/json)" = 200 ] || skip "nothing was uploaded"
	eval "$(readme 8)"
	is "$(http GET /pypi/some-package/1.0/json)" 404
	is "$(http GET /simple/some-package/ -H 'Accept: application/vnd.pypi.simple.v1+json')" 200
	is "$(body | jq -r '."project-status".status')" archived
	http PUT /pypi/some-package/status -u "__token__:$(token demo)" -H 'Content-Type: application/json' \
		-d '{"status": "active"}'
}
it "a release is yanked and deleted, and a project archived, as the README says" changes_as_told

entrepot-admin() { "$dir/bin/entrepot-admin" --config "$dir/entrepot.conf" "$@"; }

private_as_told() {
	python_suffices || skip "pip, twine or virtualenv is not installed"
	entrepot-admin org add acme --admin demo
	python_user private
	made 2.0
	eval "$(readme 9)"
	twine upload --repository-url "$base_url/acme/inside/pypi/legacy/" -u __token__ -p "$(token demo)" dist/*
	fails pip install --index-url "$base_url/acme/inside/pypi/simple/" some-package
	printf 'machine 127.0.0.1 login __token__ password %s\n' "$(token demo)" >"$HOME/.netrc"
	pip install --index-url "$base_url/acme/inside/pypi/simple/" some-package
	says_version 2.0
}
it "a private repository, made as the README says, is its members'" private_as_told

nothing_as_root() {
	local record
	am_root || skip "not root"
	for record in "$dir"/pid/*; do
		[ "$(stat -c %U "/proc/$(process_alive "$record")")" != root ]
	done
}
it "no daemon runs as root" nothing_as_root

mail_goes_to_files() {
	admin=$(jq -r .admin_bin "$dir/credentials.json")
	printf 'a long enough password\n' | "$admin" --config "$dir/entrepot.conf" \
		user add carol --email carol@example.org --password-stdin
	wait_until 15 has_mail
}
has_mail() { grep -lq carol@example.org "$dir"/mail/*.eml 2>/dev/null; }
it "mail goes to DIR/mail" mail_goes_to_files

again_while_running() {
	local before
	before=$(cat "$dir"/pid/*)
	like "$(quickstart --detach)" "Already running"
	is "$(cat "$dir"/pid/*)" "$before"
}
it "run again while it runs it changes nothing" again_while_running

stops() {
	local pids
	pids=$(cut -d' ' -f1 "$dir"/pid/*)
	quickstart --stop
	for pid in $pids; do
		! process_birth "$pid" >/dev/null || fail "$pid still runs"
	done
	! port_open "$port" || fail "the port is still open"
}
it "--stop ends everything that was started" stops

goes_on() {
	local credentials
	credentials=$(cat "$dir/credentials.json")
	quickstart --detach --server nginx >/dev/null || skip "nginx is not installed"
	is "$(cat "$dir/credentials.json")" "$credentials"
	is "$(http GET /index/qu/ic/quick)" 200
	is "$(http GET /repo/tarballs/quick-1.0.0.tar)" 200
	cmp "$house/work/body" "$house/work/quick-1.0.0.tar"
	is "$(http GET /repo/public_key)" 200
	cmp "$house/work/body" "$dir/hex.pem"
	is "$(http GET /api/v1/crates/quick/1.0.0/download -L)" 200
}
it "run again it goes on with the same data, also behind another server" goes_on

behind_apache() {
	webserver_program apache >/dev/null 2>&1 || skip "apache is not installed"
	quickstart --stop
	quickstart --detach --server apache >/dev/null
	is "$(http GET /api/v1/crates/quick/1.0.0/download -L)" 200
	like "$(header server)" "^Apache"
}
it "and behind Apache" behind_apache

and_back() {
	quickstart --stop
	quickstart --detach --server lighttpd >/dev/null
	is "$(http GET /api/v1/crates/quick/1.0.0/download -L)" 200
}
it "back behind the first server it sends files as that one wants them" and_back

crashed() {
	kill -KILL $(cut -d' ' -f1 "$dir"/pid/*)
	sleep 1
	quickstart --detach >/dev/null
	is "$(http GET /index/qu/ic/quick)" 200
	quickstart --stop
}
it "stale pid files and sockets of a crash do not stop it" crashed

done_testing
