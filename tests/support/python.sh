# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The Python clients for one test script: a home of their own, this registry as
# the only index, and no way to a public one (proxies lead to a closed port).
# Sourced after house.sh, used once the house is open.

# python_setup: what this machine sets for its own clients is forgotten.
python_setup() {
	local name
	for name in $(compgen -e |
		grep -iE '^(pip|twine|poetry|pdm|python|virtualenv|uv|xdg|virtual)_|^python[a-z]|_proxy$|^netrc$' ||
		true); do
		unset "$name"
	done
	export http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9
	export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
	# Debian's programs run on Debian's Python
	export PATH=/usr/bin:/bin:$PATH TERM=dumb LC_ALL=C.UTF-8
	export PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring PYTHONDONTWRITEBYTECODE=1
	export PIP_CONFIG_FILE=/dev/null PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1
	export PIP_ROOT_USER_ACTION=ignore PIP_NO_COLOR=1 PDM_CHECK_UPDATE=0
	export PIP_INDEX_URL=$base_url/simple/
	python_home main
}

# python_home NAME: another home; a new NAME is an empty one, without caches.
python_home() {
	export HOME=$house/work/home-$1
	mkdir -p "$HOME"
}

pykit() { /usr/bin/python3 -B "$support/pykit.py" "$@"; }

# given URL TOKEN [OPTION]... NAME VERSION: an upload that must succeed, by pykit.
given() {
	local answer
	answer=$(pykit upload "$@")
	is "$(head -n 1 <<<"$answer")" 200 "$answer"
}

# dist [OPTION]... NAME VERSION: a wheel and an sdist in an empty $house/work/dist.
dist() {
	rm -rf "$house/work/dist"
	mkdir -p "$house/work/dist"
	pykit wheel --out "$house/work/dist" "$@"
	pykit sdist --out "$house/work/dist" "$@"
}

# installs ARGUMENT...: by $pip into a new directory, $where.
installs() {
	where=$(mktemp -d "$house/work/into.XXXXXX")
	"${pip:-/usr/bin/pip}" install --quiet --no-compile --target "$where" "$@" 2>&1
}

# installed: names and versions of what is in $where, in one line.
installed() {
	find "$where" -maxdepth 1 -name '*.dist-info' -printf '%f\n' |
		sed 's|.dist-info$||; s|-| |' | sort | paste -sd ,
}

# links URL NAME: the files on a project's page, one a line.
links() { curl -fsS "$1/simple/$2/" | sed -n 's/.*>\([^<]*\)<\/a>.*/\1/p'; }

# digest URL PROJECT FILE: the SHA-256 that the JSON API says of a file of the latest release.
digest() {
	curl -fsS "$1/pypi/$2/json" | jq -r --arg file "$3" '.urls[] | select(.filename == $file).digests.sha256'
}

# came_as_built URL PROJECT: the registry has the files of ./dist as they are there.
came_as_built() {
	local file
	for file in dist/*; do
		is "$(digest "$1" "$2" "${file#dist/}")" "$(sha256sum "$file" | cut -d' ' -f1)"
	done
}

# lemon_and_melon: two projects of alice, of which the second needs the first.
lemon_and_melon() {
	given "$base_url" "$alice" lemon 0.1 && given "$base_url" "$alice" --require 'lemon>=0.1' melon 1.0 &&
		given "$base_url" "$alice" --sdist --require 'lemon>=0.1' melon 1.0
}

# locked LOCK PROJECT: its version in a lock file of poetry or pdm.
locked() { grep -A 1 "^name = \"$2\"$" "$1" | sed -n 's/^version = "\(.*\)"/\1/p'; }

# poetry_project NAME MODULE: a project of poetry's of one module, here.
poetry_project() {
	cat >pyproject.toml <<-TOML
	[tool.poetry]
	name = "$1"
	version = "0.1.0"
	description = "made by poetry"
	authors = ["Py Kit <pykit@registry.example>"]
	packages = [{include = "$2.py"}]
	[tool.poetry.dependencies]
	python = "^3.8"
	[build-system]
	requires = ["poetry-core"]
	build-backend = "poetry.core.masonry.api"
	TOML
	echo 'VERSION = "0.1.0"' >"$2.py"
}

# asked METHOD-AND-TARGET STATUS: how many requests of that kind were answered so.
asked() { grep -cE "method=${1/ / target=} status=$2 " "$house/log/entrepot.log" || true; }

# was_asked REQUEST STATUS [TIMES]: more than so often (0). A worker writes its
# lines when it has nothing else to do.
was_asked() { wait_until 10 asked_more "$1" "$2" "${3:-0}"; }
asked_more() { [ "$(asked "$1" "$2")" -gt "$3" ]; }

# with_credential NAME SECRET [URL]: an address of the registry that holds them.
with_credential() { sed "s|^http://|http://$1:$2@|" <<<"${3:-$base_url}"; }
