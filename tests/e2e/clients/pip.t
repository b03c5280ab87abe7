#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Debian's pip, and another one if the PATH has it, against the whole registry:
# what they choose, how they check it, what they ask for; public and private.

. "$(dirname "$0")/../../support/house.sh"
. "$support/python.sh"

pips=()
for pip in /usr/bin/pip "$(command -v pip)"; do
	[ -x "$pip" ] && [ "$(readlink -f "$pip")" != "$(readlink -f "${pips[0]:-/}")" ] &&
		"$pip" --version >/dev/null 2>&1 && pips+=("$pip")
done
[ "${#pips[@]}" -gt 0 ] || skip_all "no pip"
house_open
house_start lighttpd || bail "the registry did not start"
python_setup

upload() { given "$base_url" "$alice" "$@"; }
upload lemon 0.1 && upload lemon 0.2 && upload lemon 0.3rc1 && upload --python '>=99' lemon 1.0 &&
	upload plum 1.0 && upload --sdist sour 1.0 && upload both 1.0 && upload --sdist both 1.0 &&
	upload --require 'lemon>=0.1' --require 'plum; extra == "loud"' --extra loud melon 1.0 &&
	upload Fruit.Salad 2.0 && upload --tag py3-none-win_amd64 tagged 1.0 && upload tagged 1.0 &&
	upload --build 7 tagged 1.0 || bail "nothing could be uploaded"

says() { PYTHONPATH=$where /usr/bin/python3 -c "import $1; print($1.NAME, $1.VERSION)"; }

by_name() {
	installs melon
	is "$(installed)" "lemon 0.2,melon 1.0"
	is "$(says melon)" "melon 1.0"
}

by_any_spelling() {
	local before
	before=$(asked "GET /simple/fruit-salad/" 200)
	installs FRUIT_salad
	is "$(installed)" "fruit_salad 2.0"
	was_asked "GET /simple/fruit-salad/" 200 "$before"
}

by_range() {
	installs 'lemon<0.2'
	is "$(installed)" "lemon 0.1"
	installs 'lemon~=0.1,!=0.2'
	is "$(installed)" "lemon 0.1"
	installs melon 'lemon==0.1'
	is "$(installed)" "lemon 0.1,melon 1.0"
	fails installs 'lemon>7'
	like "$out" "No matching distribution found for lemon>7"
}

with_extras() {
	installs 'melon[loud]'
	is "$(installed)" "lemon 0.2,melon 1.0,plum 1.0"
}

prereleases() {
	installs --pre lemon
	is "$(installed)" "lemon 0.3rc1"
	installs 'lemon==0.3rc1'
	is "$(installed)" "lemon 0.3rc1"
}

requires_python() {
	fails installs 'lemon==1.0'
	like "$out" "Requires-Python >=99"
}

platforms() {
	installs tagged
	is "$(sed -n 's/^Build: //p' "$where"/tagged-1.0.dist-info/WHEEL)" 7
	where=$(mktemp -d "$house/work/into.XXXXXX")
	"$pip" download --quiet --no-deps --platform win_amd64 --only-binary :all: --dest "$where" tagged
	is "$(ls "$where")" tagged-1.0-py3-none-win_amd64.whl
}

with_hashes() {
	local wheel requirements=$house/work/requirements.txt
	wheel=$(curl -fsS "$base_url/pypi/lemon/0.2/json" | jq -r '.urls[0].digests.sha256')
	echo "lemon==0.2 --hash=sha256:$wheel" >"$requirements"
	installs --require-hashes -r "$requirements"
	is "$(installed)" "lemon 0.2"
	echo "lemon==0.2 --hash=sha256:${wheel//[0-9]/0}" >"$requirements"
	fails installs --require-hashes -r "$requirements"
	like "$out" "DO NOT MATCH THE HASHES"
	echo "lemon" >"$requirements"
	fails installs --require-hashes -r "$requirements"
}

binary_and_source() {
	fails installs --only-binary :all: sour
	like "$out" "No matching distribution found for sour"
	installs both
	[ ! -e "$where/both.egg-info" ]
	"$pip" download --quiet --no-deps --no-build-isolation --no-binary :all: --dest "$where" both ||
		skip "this pip's Python has no setuptools"
	[ -e "$where/both-1.0.tar.gz" ]
	installs --no-build-isolation sour
	is "$(says sour)" "sour 1.0"
}

downloads() {
	where=$(mktemp -d "$house/work/into.XXXXXX")
	"$pip" download --quiet --dest "$where" melon
	is "$(cd "$where" && echo *)" "lemon-0.2-py3-none-any.whl melon-1.0-py3-none-any.whl"
	is "$(sha256sum "$where"/melon* | cut -d' ' -f1)" \
		"$(curl -fsS "$base_url/pypi/melon/json" | jq -r '.urls[0].digests.sha256')"
}

lists_versions() {
	local out
	out=$("$pip" index versions lemon 2>/dev/null)
	like "$out" "^lemon \\(0.2\\)"
	like "$out" "Available versions: 0.2, 0.1"
	like "$("$pip" index versions --pre lemon 2>/dev/null)" "Available versions: 0.3rc1, 0.2, 0.1"
	fails "$pip" index versions nowhere
	like "$out" "No matching distribution found for nowhere"
	was_asked "GET /simple/nowhere/" 404
}

# version_at_least VERSION: of $pip.
version_at_least() {
	[ "$(printf '%s\n' "$1" "$("$pip" --version | awk '{ print $2 }')" | sort -V | head -n 1)" = "$1" ]
}

# reads_metadata ARGUMENT...: what pip would install is known from the metadata file.
reads_metadata() {
	local file='[^ ]*/melon-1.0-py3-none-any.whl' before
	before=$(asked "GET $file.metadata" 200)
	"$pip" install --quiet --dry-run --ignore-installed --report "$house/work/report" "$@" melon
	is "$(jq -r '[.install[].metadata | .name + .version] | sort | join(" ")' "$house/work/report")" \
		"lemon0.2 melon1.0"
	was_asked "GET $file.metadata" 200 "$before"
}

metadata_alone() { reads_metadata; }

# Before 23.2 it knew the key of the JSON only under a name that broke it; HTML has both names.
metadata_alone_in_html() {
	local format='?format=application/vnd.pypi.simple.v1%2Bhtml'
	reads_metadata --no-index --find-links "$base_url/simple/melon/$format" --find-links "$base_url/simple/lemon/$format"
}

# One request for the whole wheel, the others for its ends; which part is sent
# the web server decides.
by_ranges() {
	local file='[^ ]*/melon-1.0-py3-none-any.whl' before
	before=$(asked "GET $file" 200)
	installs --use-feature=fast-deps melon
	is "$(installed)" "lemon 0.2,melon 1.0"
	was_asked "HEAD $file" 200
	was_asked "GET $file" 200 $((before + 1))
}

# It keeps nothing that came over plain HTTP unless it trusts the host.
conditional() {
	local changing=changing${pip_number:?} before
	export PIP_TRUSTED_HOST=127.0.0.1
	python_home "conditional$pip_number"
	upload "$changing" 1.0
	installs "$changing"
	before=$(asked "GET /simple/$changing/" 304)
	installs "$changing"
	was_asked "GET /simple/$changing/" 304 "$before"
	is "$(installed)" "$changing 1.0"
	upload "$changing" 1.1
	installs "$changing"
	is "$(installed)" "$changing 1.1"
}

pip_number=0
for pip in "${pips[@]}"; do
	pip_number=$((pip_number + 1))
	this="pip $("$pip" --version | awk '{ print $2 }')"
	it "$this installs a project by its name with what it depends on" by_name
	it "$this keeps to ranges of versions" by_range
	it "$this checks hashes that it is given" with_hashes
	it "$this lists the versions of a project, and of none that is not there" lists_versions
	if version_at_least 23.2; then
		it "$this resolves by the metadata files alone" metadata_alone
	else
		it "$this resolves by the metadata files alone, as HTML tells of them" metadata_alone_in_html
		it "$this reads metadata out of wheels by ranges" by_ranges
	fi
	it "$this asks whether a page has changed, and sees at once when it has" conditional
	# what follows depends on the registry more than on the pip
	[ "$pip_number" -eq 1 ] || continue
	it "$this finds a project however its name is spelled" by_any_spelling
	it "$this installs what an extra asks for" with_extras
	it "$this takes a pre-release when asked to" prereleases
	it "$this does not take what is for another Python" requires_python
	it "$this takes the wheel that fits, and of its builds the last" platforms
	it "$this installs from a wheel or builds from source, as it is told" binary_and_source
	it "$this downloads what was uploaded" downloads
done

everything_is_consistent() { admin verify; }
it "entrepot-admin verify finds nothing wrong afterwards" everything_is_consistent

done_testing
