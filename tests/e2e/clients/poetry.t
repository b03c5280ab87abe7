#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A stock poetry against the whole registry: build, publish, add, lock, install,
# update; from the public repository and from a private one.

. "$(dirname "$0")/../../support/house.sh"
. "$support/python.sh"

[ -x /usr/bin/poetry ] || skip_all "no poetry"
house_open
house_start lighttpd || bail "the registry did not start"
python_setup
unset PIP_INDEX_URL
export POETRY_NO_INTERACTION=1 POETRY_VIRTUALENVS_IN_PROJECT=true
lemon_and_melon || bail "nothing could be uploaded"

# project NAME: a directory with a project of that name that uses the registry
# as its only source.
project() {
	local dir=$house/work/$1
	mkdir -p "$dir"
	(cd "$dir" && poetry_project "$1" "$1" && poetry source add --default here "$base_url/simple/") >/dev/null
	echo "$dir"
}

says() { .venv/bin/python -c "import $1; print($1.NAME, $1.VERSION)"; }

adds() {
	cd "$(project app)"
	poetry add melon
	is "$(locked poetry.lock melon) $(locked poetry.lock lemon)" "1.0 0.1"
	is "$(says lemon)" "lemon 0.1"
	for file in $(links "$base_url" melon); do
		grep -qF "{file = \"$file\", hash = \"sha256:$(digest "$base_url" melon "$file")\"}" poetry.lock
	done
}
it "poetry add finds a project and what it needs, and locks the digests of its files" adds

from_the_lock() {
	given "$base_url" "$alice" lemon 0.2
	python_home clean
	cp -r "$house/work/app" "$house/work/again"
	cd "$house/work/again"
	rm -rf .venv
	poetry install --no-root
	is "$(says lemon)" "lemon 0.1"
	is "$(says melon)" "melon 1.0"
}
it "an empty home installs from the lock file" from_the_lock

updates() {
	cd "$house/work/again"
	given "$base_url" "$alice" lemon 0.3rc1
	poetry cache clear --all here
	poetry update
	is "$(locked poetry.lock lemon)" 0.2
	is "$(says lemon)" "lemon 0.2"
}
it "poetry update finds a new release, and no pre-release" updates

builds_and_publishes() {
	cd "$(project papaya)"
	poetry build
	poetry config repositories.here "$base_url/legacy/"
	poetry publish -r here -u __token__ -p "$alice"
	is "$(links "$base_url" papaya | paste -sd ' ')" "papaya-0.1.0-py3-none-any.whl papaya-0.1.0.tar.gz"
	came_as_built "$base_url" papaya
	cd "$(project user)"
	poetry add papaya
	is "$(.venv/bin/python -c 'import papaya; print(papaya.VERSION)')" 0.1.0
}
it "what poetry builds it publishes, and another project adds it" builds_and_publishes

refuses() {
	local out
	cd "$house/work/papaya"
	poetry publish -r here -u __token__ -p "$alice"
	echo '# changed' >>papaya.py
	poetry build
	fails poetry publish -r here -u __token__ -p "$alice"
	like "$out" "400"
	poetry publish --skip-existing -r here -u __token__ -p "$alice"
	sed -i 's/^version = .*/version = "0.2.0"/' pyproject.toml
	rm -r dist
	poetry build
	fails poetry publish -r here -u __token__ -p "$bob"
	like "$out" "403"
	is "$(links "$base_url" papaya | wc -l)" 2
}
it "poetry publishes the same files again, not other ones, and not for a stranger" refuses

private_repository() {
	local inside=$base_url/alice/inside/pypi out
	admin repo add pypi inside --owner alice --private
	python_home private
	cd "$(project hidden)"
	poetry build
	poetry config repositories.inside "$inside/legacy/"
	poetry publish -r inside -u __token__ -p "$alice"
	cd "$(project outside)"
	poetry source add --secondary inside "$inside/simple/"
	fails poetry add --source inside hidden
	poetry config http-basic.inside __token__ "$bob"
	fails poetry add --source inside hidden
	poetry config http-basic.inside __token__ "$alice"
	poetry add --source inside hidden
	is "$(.venv/bin/python -c 'import hidden; print(hidden.VERSION)')" 0.1.0
}
it "poetry publishes into a private repository and adds from it, with a member's token only" private_repository

everything_is_consistent() { admin verify; }
it "entrepot-admin verify finds nothing wrong afterwards" everything_is_consistent

done_testing
