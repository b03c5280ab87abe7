#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A stock twine against the whole registry: every way to give it a credential,
# what it shows when an upload is refused, and real wheels all the way to pip.

. "$(dirname "$0")/../../support/house.sh"
. "$support/python.sh"

command -v /usr/bin/twine >/dev/null || skip_all "no twine"
house_open
house_start lighttpd || bail "the registry did not start"
python_setup

twine() { /usr/bin/twine --no-color "$@"; }

# sends URL [OPTION]... FILE...: says more than usual when it fails.
sends() {
	local url=$1
	shift
	twine upload --non-interactive --disable-progress-bar --verbose --repository-url "$url/legacy/" "$@"
}

with_token() {
	dist lemon 0.1
	sends "$base_url" -u __token__ -p "$alice" "$house"/work/dist/*
	is "$(links "$base_url" lemon | paste -sd ' ')" "lemon-0.1-py3-none-any.whl lemon-0.1.tar.gz"
	is "$(curl -fsS "$base_url/pypi/lemon/json" | jq -r '.urls[0].digests.sha256')" \
		"$(sha256sum "$house/work/dist/lemon-0.1-py3-none-any.whl" | cut -d' ' -f1)"
}
it "twine uploads a wheel and an sdist with a token" with_token

keeps_metadata() {
	dist --python '>=3.7' --require 'lemon>=0.1' --require 'plum; extra == "loud"' --extra loud \
		--header 'Classifier: Programming Language :: Python :: 3' --header 'Keywords: sweet,round' \
		--header 'Project-URL: Home, https://registry.example/' melon 1.0
	sends "$base_url" -u __token__ -p "$alice" "$house"/work/dist/*
	curl -fsS "$base_url/pypi/melon/json" | jq -e '.info |
		.name == "melon" and .version == "1.0" and .requires_python == ">=3.7" and
		.summary == "made by pykit" and .classifiers == ["Programming Language :: Python :: 3"] and
		.keywords == "sweet, round" and .project_urls == {"Home": "https://registry.example/"} and
		.description == "Made by *pykit*, schön.\n" and .description_content_type == "text/markdown" and
		(.requires_dist | sort) == ["lemon>=0.1", "plum; extra == \"loud\""]'
}
it "what twine sends of the metadata is in the JSON API" keeps_metadata

with_pypirc() {
	python_home pypirc
	cat >"$HOME/.pypirc" <<-RC
	[distutils]
	index-servers = entrepot
	[entrepot]
	repository = $base_url/legacy/
	username = __token__
	password = $alice
	RC
	dist lemon 0.2
	twine upload --non-interactive -r entrepot "$house"/work/dist/*
	like "$(links "$base_url" lemon)" "lemon-0.2.tar.gz"
}
it "twine takes address and token from ~/.pypirc" with_pypirc

with_variables() {
	dist lemon 0.3
	TWINE_REPOSITORY_URL=$base_url/legacy/ TWINE_USERNAME=__token__ TWINE_PASSWORD=$alice \
		TWINE_NON_INTERACTIVE=1 twine upload "$house"/work/dist/*
	like "$(links "$base_url" lemon)" "lemon-0.3.tar.gz"
}
it "twine takes address and token from the environment" with_variables

with_password() {
	dist lemon 0.4
	sends "$base_url" -u alice -p 'correct horse battery alice' "$house"/work/dist/*
	like "$(links "$base_url" lemon)" "lemon-0.4.tar.gz"
}
it "twine uploads with name and password" with_password

# in_one_line TEXT: what twine says, without its wrapping and the markup of answers.
in_one_line() { tr -s ' \n' ' ' <<<"$1" | sed "s/&#39;/'/g"; }

# refused_as PATTERN OPTION...: and the project is as before.
refused_as() {
	local before out pattern=$1
	shift
	before=$(links "$base_url" lemon)
	fails sends "$base_url" "$@" "$house"/work/dist/*
	like "$(in_one_line "$out")" "$pattern"
	is "$(links "$base_url" lemon)" "$before"
}

wrong_credentials() {
	dist lemon 0.5
	refused_as "403 .*Invalid or non-existent authentication information" -u __token__ -p cioWrongWrongWrong
	refused_as "403 .*Invalid or non-existent authentication information" -u alice -p wrong
	refused_as "403 .*The user 'bob' isn't allowed to upload to project 'lemon'" -u __token__ -p "$bob"
}
it "a wrong token, a wrong password and somebody else are refused with a message" wrong_credentials

same_again() {
	local before
	dist lemon 0.4
	before=$(curl -fsS "$base_url/pypi/lemon/json" | jq .last_serial)
	sends "$base_url" -u __token__ -p "$alice" "$house"/work/dist/*
	is "$(curl -fsS "$base_url/pypi/lemon/json" | jq .last_serial)" "$before"
}
it "the same files once more are taken, and change nothing" same_again

other_content() {
	dist --description "something else" lemon 0.4
	refused_as "400 .*File already exists \\('lemon-0.4" -u __token__ -p "$alice"
	sends "$base_url" --skip-existing -u __token__ -p "$alice" "$house"/work/dist/* | tee "$house/work/said"
	is "$(grep -c "Skipping .* because it appears to already exist" "$house/work/said")" 2
	is "$(links "$base_url" lemon | grep -c 0.4)" 2
}
it "other content under a used name is refused, or skipped when twine is told to" other_content

without_slash() {
	local out
	dist lemon 0.6
	fails twine upload --non-interactive --repository-url "$base_url/legacy" -u __token__ -p "$alice" \
		"$house"/work/dist/*
	like "$(in_one_line "$out")" "redirect.* $base_url/legacy/"
	unlike "$(links "$base_url" lemon)" "0.6"
}
it "without the slash at the end twine is told where to" without_slash

# came_from DIRECTORY NAME...: these modules are found there and nowhere else.
came_from() {
	PYTHONPATH=$1 SETUPTOOLS_USE_DISTUTILS=stdlib /usr/bin/python3 -c 'import importlib, sys
for name in sys.argv[2:]:
    assert importlib.import_module(name).__file__.startswith(sys.argv[1]), name' "$@"
}

real_wheels() {
	local wheel name names=() into=$house/work/real
	ls /usr/share/python-wheels/*.whl || skip "no wheels of Debian's"
	twine upload --non-interactive --disable-progress-bar --repository-url "$base_url/legacy/" \
		-u __token__ -p "$alice" /usr/share/python-wheels/*.whl
	for wheel in /usr/share/python-wheels/*.whl; do
		name=$(basename "$wheel" | cut -d- -f1)
		names+=("$name")
		is "$(curl -fsS "$base_url/pypi/$name/json" | jq -r '.urls[0].digests.sha256')" \
			"$(sha256sum "$wheel" | cut -d' ' -f1)"
	done
	/usr/bin/pip install --quiet --no-compile --no-deps --target "$into" "${names[@]}"
	came_from "$into" "${names[@]}"
}
it "wheels from the real world are uploaded, and pip installs them" real_wheels

# --- a repository of one's own ----------------------------------------------

private_upload() {
	local inside=$base_url/alice/inside/pypi out
	admin repo add pypi inside --owner alice --private
	dist secret 1.0
	sends "$inside" -u __token__ -p "$alice" "$house"/work/dist/*
	is "$(http GET /alice/inside/pypi/simple/secret/ -u "__token__:$alice")" 200
	is "$(http GET /simple/secret/)" 404
	fails sends "$inside" -u __token__ -p "$bob" "$house"/work/dist/*
	unlike "$out" "secret'"
}
it "twine uploads into a private repository, and its owner alone" private_upload

# The other web servers pass on the reason phrase, which twine shows by itself.
# Started out here, where the house learns whom to stop.
if webserver_program nginx >/dev/null 2>&1; then
	house_stop
	house_start nginx || bail "the registry did not start behind nginx"
fi
reason_phrase() {
	local out
	[ "$web" = nginx ] || skip "nginx is not installed"
	dist --description "something else" lemon 0.4
	fails twine upload --non-interactive --disable-progress-bar --repository-url "$base_url/legacy/" \
		-u __token__ -p "$alice" "$house"/work/dist/*
	like "$(in_one_line "$out")" "400 (Bad Request )?.*File already exists \\('lemon-0.4"
}
it "through nginx twine shows why without being asked for more" reason_phrase

everything_is_consistent() { admin verify; }
it "entrepot-admin verify finds nothing wrong afterwards" everything_is_consistent

done_testing
