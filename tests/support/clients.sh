# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Every real client once, publishing and installing: that a way to run the
# registry serves them. Sourced after house.sh, used once the house is open.
#
#	clients WAY [LETTERS]	these end the packages' names, when there are more ways than one

# shellcheck source=tests/support/cargo.sh
. "$support/cargo.sh"
# shellcheck source=tests/support/hex.sh
. "$support/hex.sh"
# shellcheck source=tests/support/python.sh
. "$support/python.sh"

clients_cargo() {
	cargo_suffices || skip "no cargo of at least 1.68"
	cargo_setup
	export CARGO_REGISTRIES_LOC_TOKEN=$alice
	publish "$(crate_dir "round$1" 1.0.0)"
	cd "$(app_dir "trip$1" "[dependencies]
round$1 = { version = \"1\", registry = \"loc\" }" "fn main() { println!(\"on {}\", round$1::name()); }")"
	is "$(cargo run -q)" "on round$1"
}

clients_rebar3() {
	hex_suffices || skip "rebar3 is not installed"
	hex_setup
	hex publish "round_trip$1" 1.0.0
	cd "$(rebar3_app "trip_hex$1" "round_trip$1")"
	rebar3 compile
	is "$(rebar3_name "round_trip$1")" "round_trip$1 1.0.0"
}

clients_pip() {
	python_setup
	command -v twine >/dev/null || skip "twine is not installed"
	rm -rf "$house/work/dist"
	dist "round-py$1" 1.0.0
	twine upload --non-interactive --repository-url "$base_url/legacy/" -u __token__ -p "$alice" \
		"$house"/work/dist/*
	python3 -m pip install -q --no-deps --target "$house/work/site$1" "round-py$1"
	PYTHONPATH=$house/work/site$1 python3 -c "import round_py$1"
}

clients() {
	it "$1: cargo publishes a crate, and a program that needs it builds" clients_cargo "${2:-}"
	it "$1: rebar3 builds with what a Hex client published" clients_rebar3 "${2:-}"
	it "$1: pip installs what twine uploaded" clients_pip "${2:-}"
}
