#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A stock pdm against the whole registry: lock, install, update, publish; from
# the public repository and from a private one.

. "$(dirname "$0")/../../support/house.sh"
. "$support/python.sh"

[ -x /usr/bin/pdm ] || skip_all "no pdm"
house_open
house_start lighttpd || bail "the registry did not start"
python_setup
unset PIP_INDEX_URL
lemon_and_melon || bail "nothing could be uploaded"

# project NAME [INDEX [DEPENDENCY]...]: a directory with a project that uses the index.
project() {
	local dir=$house/work/$1 index=${2:-$base_url/simple/} dependencies
	dependencies=$(printf '"%s", ' "${@:3}")
	mkdir -p "$dir"
	cat >"$dir/pyproject.toml" <<-TOML
	[project]
	name = "$1"
	version = "0.1.0"
	description = "made by pdm"
	authors = [{name = "Py Kit", email = "pykit@registry.example"}]
	requires-python = ">=3.8"
	dependencies = [$([ $# -lt 3 ] || echo "$dependencies")]
	license = {text = "MIT"}
	[build-system]
	requires = ["pdm-pep517"]
	build-backend = "pdm.pep517.api"
	[[tool.pdm.source]]
	name = "pypi"
	url = "$index"
	verify_ssl = true
	TOML
	echo 'VERSION = "0.1.0"' >"$dir/$1.py"
	echo "$dir"
}

says() { .venv/bin/python -c "import $1; print($1.VERSION)"; }

installs() {
	cd "$(project app "$base_url/simple/" melon)"
	pdm lock
	is "$(locked pdm.lock melon) $(locked pdm.lock lemon)" "1.0 0.1"
	pdm install --no-self
	is "$(says melon) $(says lemon)" "1.0 0.1"
	for file in $(links "$base_url" melon); do
		grep -q "/$file\", hash = \"sha256:$(digest "$base_url" melon "$file")\"}" pdm.lock
	done
}
it "pdm locks what a project needs with the digests of all files, and installs it" installs

from_the_lock() {
	given "$base_url" "$alice" lemon 0.2
	python_home clean
	cp -r "$house/work/app" "$house/work/again"
	cd "$house/work/again"
	rm -rf .venv .pdm.toml
	pdm sync --no-self
	is "$(says melon) $(says lemon)" "1.0 0.1"
}
it "an empty home installs from the lock file" from_the_lock

updates() {
	cd "$house/work/again"
	given "$base_url" "$alice" lemon 0.3rc1
	pdm update --no-self --update-all
	is "$(locked pdm.lock lemon) $(says lemon)" "0.2 0.2"
	pdm add --no-self 'lemon<0.2'
	is "$(locked pdm.lock lemon) $(says lemon)" "0.1 0.1"
}
it "pdm update finds a new release and no pre-release, pdm add keeps to a range" updates

# What it publishes is built by its own backend.
builds_and_publishes() {
	/usr/bin/python3 -c 'import build, pdm.pep517' || skip "no python3-build"
	cd "$(project papaya)"
	/usr/bin/python3 -m build --no-isolation
	pdm publish --no-build -r "$base_url/legacy/" -u __token__ -P "$alice"
	is "$(links "$base_url" papaya | paste -sd ' ')" "papaya-0.1.0-py3-none-any.whl papaya-0.1.0.tar.gz"
	came_as_built "$base_url" papaya
	cd "$(project user)"
	pdm add --no-self papaya
	is "$(says papaya)" 0.1.0
}
it "what pdm's backend builds pdm publishes, and another project adds it" builds_and_publishes

refuses() {
	local out
	[ -d "$house/work/papaya/dist" ] || skip "nothing was built"
	cd "$house/work/papaya"
	pdm publish --no-build -r "$base_url/legacy/" -u __token__ -P "$alice"
	echo '# changed' >>papaya.py
	rm -r dist
	/usr/bin/python3 -m build --no-isolation
	fails pdm publish --no-build -r "$base_url/legacy/" -u __token__ -P "$alice"
	like "$out" "File already exists|400"
	fails pdm publish --no-build -r "$base_url/legacy/" -u __token__ -P cioWrongWrongWrong
	like "$out" "403"
}
it "pdm publishes the same files again, not other ones, and not with a wrong token" refuses

private_repository() {
	local inside=$base_url/alice/inside/pypi out
	admin repo add pypi inside --owner alice --private
	given "$inside" "$alice" secret 1.0
	python_home private
	cd "$(project stranger "$(with_credential __token__ "$bob" "$inside")/simple/" secret)"
	fails pdm lock
	cd "$(project nobody "$inside/simple/" secret)"
	fails pdm lock
	cd "$(project member "$(with_credential __token__ "$alice" "$inside")/simple/" secret)"
	pdm lock
	pdm install --no-self
	is "$(says secret)" 1.0
}
it "pdm installs from a private repository, with a member's token only" private_repository

everything_is_consistent() { admin verify; }
it "entrepot-admin verify finds nothing wrong afterwards" everything_is_consistent

done_testing
