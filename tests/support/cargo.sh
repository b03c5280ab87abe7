# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A cargo of its own for one test script: throw-away home, our registry under
# the name "loc", and no way to a public one (the proxy it would need is a
# closed port). Sourced after house.sh, used once the house is open.

cargo_suffices() {
	local version
	version=$(cargo --version 2>/dev/null | awk '{ print $2 }')
	[ "$(printf '%s\n' 1.68.0 "${version:-0}" | sort -V | head -n 1)" = 1.68.0 ]
}

cargo_setup() {
	# rustup's cargo finds its toolchain through these
	export RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
	export CARGO_HTTP_PROXY=http://127.0.0.1:9 NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
	export CARGO_REGISTRIES_LOC_INDEX=sparse+$base_url/index/
	export CARGO_TARGET_DIR=$house/work/target CARGO_TERM_COLOR=never
	export CARGO_NET_RETRY=1 CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0
	unset CARGO_REGISTRIES_LOC_TOKEN CARGO_REGISTRY_TOKEN
	cargo_home main
}

# cargo_home NAME: another home; a new NAME is an empty one.
cargo_home() {
	export CARGO_HOME=$house/work/home-$1
	mkdir -p "$CARGO_HOME"
}

# crate_dir NAME VERSION [MANIFEST-LINES]: a library crate whose function
# name() returns NAME, in $house/work/src/NAME; the lines follow [package].
crate_dir() {
	local dir=$house/work/src/$1
	mkdir -p "$dir/src"
	cat >"$dir/Cargo.toml" <<-TOML
	[package]
	name = "$1"
	version = "$2"
	edition = "2021"
	description = "The crate $1 of the end-to-end tests"
	license = "MIT"
	${3:-}
	TOML
	[ -e "$dir/src/lib.rs" ] ||
		printf 'pub fn name() -> &%sstatic str { "%s" }\n' "'" "$1" \
			>"$dir/src/lib.rs"
	echo "$dir"
}

# app_dir NAME [MANIFEST-LINES] [MAIN]: a program that nobody publishes.
app_dir() {
	local dir=$house/work/src/$1
	mkdir -p "$dir/src"
	cat >"$dir/Cargo.toml" <<-TOML
	[package]
	name = "$1"
	version = "0.0.0"
	edition = "2021"
	${2:-}
	[workspace]
	TOML
	printf '%s\n' "${3:-fn main() {\}}" >"$dir/src/main.rs"
	echo "$dir"
}

# publish DIR [OPTION]...: without the verification build, which only compiles.
publish() {
	(cd "$1" && cargo publish --registry loc --allow-dirty --no-verify "${@:2}")
}

# index_line NAME VERSION: that line of the sparse index.
index_line() {
	local path
	case ${#1} in
	1 | 2) path=${#1}/$1 ;;
	3) path=3/${1:0:1}/$1 ;;
	*) path=${1:0:2}/${1:2:2}/$1 ;;
	esac
	curl -fsS "$base_url/index/$path" | jq -c "select(.vers == \"$2\")"
}
