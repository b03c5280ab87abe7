# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Every real client once, publishing and installing: that a way to run the
# registry serves them. Sourced after house.sh, used once the house is open.

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
	publish "$(crate_dir round 1.0.0)"
	cd "$(app_dir trip '[dependencies]
round = { version = "1", registry = "loc" }' 'fn main() { println!("on {}", round::name()); }')"
	is "$(cargo run -q)" "on round"
}

clients_rebar3() {
	hex_suffices || skip "rebar3 is not installed"
	hex_setup
	hex publish round_trip 1.0.0
	cd "$(rebar3_app trip_hex round_trip)"
	rebar3 compile
	is "$(rebar3_name round_trip)" "round_trip 1.0.0"
}

clients_pip() {
	python_setup
	command -v twine >/dev/null || skip "twine is not installed"
	dist round-py 1.0.0
	twine upload --non-interactive --repository-url "$base_url/legacy/" -u __token__ -p "$alice" \
		"$house"/work/dist/*
	python3 -m pip install -q --no-deps --target "$house/work/site" round-py
	PYTHONPATH=$house/work/site python3 -c 'import round_py'
}

# clients SERVER
clients() {
	it "$1: cargo publishes a crate, and a program that needs it builds" clients_cargo
	it "$1: rebar3 builds with what a Hex client published" clients_rebar3
	it "$1: pip installs what twine uploaded" clients_pip
}
