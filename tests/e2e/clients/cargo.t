#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A stock cargo against the whole registry: publish, depend, build, yank, own,
# install, search.

. "$(dirname "$0")/../../support/house.sh"
. "$support/cargo.sh"

cargo_suffices || skip_all "no cargo of at least 1.68"
house_open
house_set crates_rate_limits no
house_start lighttpd || bail "the registry did not start"
cargo_setup

# --- a workspace of three ---------------------------------------------------

workspace=$house/work/src
mkdir -p "$workspace"
cat >"$workspace/Cargo.toml" <<'TOML'
[workspace]
resolver = "2"
members = ["house-alpha", "house-beta", "house-gamma"]
TOML
crate_dir house-alpha 0.1.0 'keywords = ["alpha", "test"]
categories = ["command-line-utilities"]
readme = "README.md"
[features]
loud = []' >/dev/null
cat >"$workspace/house-alpha/README.md" <<'MD'
# Alpha
The *first* of three. <script>alert(1)</script>
MD
crate_dir house-beta 0.1.0 '[features]
loud = ["first/loud"]
[dependencies]
first = { package = "house-alpha", path = "../house-alpha", version = "0.1", registry = "loc" }' >/dev/null
cat >"$workspace/house-beta/src/lib.rs" <<'RS'
pub fn name() -> String { format!("beta on {}", first::name()) }
RS
crate_dir house-gamma 0.1.0 '[features]
default = []
extra = ["dep:house-alpha", "house-beta/loud"]
[dependencies]
house-alpha = { path = "../house-alpha", version = "0.1", registry = "loc", optional = true }
[target."cfg(unix)".dependencies]
house-beta = { path = "../house-beta", version = "^0.1.0", registry = "loc" }' >/dev/null
rm "$workspace/house-gamma/src/lib.rs"
cat >"$workspace/house-gamma/src/main.rs" <<'RS'
fn main() {
    #[cfg(feature = "extra")]
    println!("extra {}", house_alpha::name());
    println!("gamma, {}", house_beta::name());
}
RS

login_keeps_the_token() {
	cargo login --registry loc <<<"$alice"
	grep -qF "$alice" "$CARGO_HOME/credentials.toml"
}
it "cargo login stores the token" login_keeps_the_token

publish_needs_a_token() {
	local out
	cargo_home anonymous
	fails publish "$workspace/house-alpha"
	like "$out" "no token found|token"
	fails publish "$workspace/house-alpha" --token cioWrongWrongWrong
	like "$out" "40[13]"
}
it "a publish without a token or with a wrong one is refused" publish_needs_a_token

dry_run_changes_nothing() {
	(cd "$workspace/house-alpha" && cargo publish --dry-run --registry loc --allow-dirty)
	is "$(http GET /index/ho/us/house-alpha)" 404
}
it "cargo publish --dry-run builds and uploads nothing" dry_run_changes_nothing

# Older ones know the option and refuse it.
publishes_workspaces() {
	local version
	version=$(cargo --version | awk '{ print $2 }')
	[ "$(printf '%s\n' 1.90.0 "$version" | sort -V | head -n 1)" = 1.90.0 ]
}

publish_workspace() {
	cd "$workspace"
	if publishes_workspaces; then
		cargo publish --workspace --registry loc --allow-dirty
	else
		for crate in house-alpha house-beta house-gamma; do
			(cd "$crate" && cargo publish --registry loc --allow-dirty)
		done
	fi
	for crate in house-alpha house-beta house-gamma; do
		is "$(index_line $crate 0.1.0 | jq -r .name)" $crate
	done
}
it "a workspace of three crates that depend on each other is published and verified" publish_workspace

renamed_dependency() {
	index_line house-beta 0.1.0 | jq -e '.deps == [.deps[0]] and
		(.deps[0] | .name == "first" and .package == "house-alpha" and
		.req == "^0.1" and .kind == "normal" and (.registry == null))'
}
it "a renamed dependency carries both names in the index" renamed_dependency

target_and_optional_dependencies() {
	index_line house-gamma 0.1.0 | jq -e '
		(.deps[] | select(.name == "house-beta") | .target == "cfg(unix)" and (.optional | not)) and
		(.deps[] | select(.name == "house-alpha") | .optional and .target == null)'
}
it "target-specific and optional dependencies keep target and flag" target_and_optional_dependencies

dep_features_are_in_the_index() {
	index_line house-gamma 0.1.0 | jq -e '
		((.features // {}) + (.features2 // {})).extra ==
		["dep:house-alpha", "house-beta/loud"]'
}
it "features with dep: reach the index unchanged" dep_features_are_in_the_index

same_version_again() {
	local out
	fails publish "$workspace/house-alpha"
	like "$out" "already (exists|uploaded)"
}
it "publishing the same version again is refused" same_version_again

readme_is_rendered() {
	is "$(http GET /api/v1/crates/house-alpha/0.1.0/readme -L)" 200
	like "$(body)" "<em>first</em>"
	unlike "$(body)" "<script"
}
it "the README is served as HTML without its scripts" readme_is_rendered

# --- using them -------------------------------------------------------------

app_dir app "" 'fn main() { println!("{}", house_beta::name()); }' >/dev/null

add_and_run() {
	cd "$workspace/app"
	cargo add house_beta --registry loc --features loud
	grep -q '^house-beta = ' Cargo.toml
	is "$(cargo run -q)" "beta on house-alpha"
	like "$(cat Cargo.lock)" "sparse\\+$base_url/index/"
}
it "cargo add finds the crate by its other spelling, and the program runs" add_and_run

clean_home_build() {
	cargo_home clean
	cd "$workspace/app"
	rm -rf "$CARGO_TARGET_DIR/debug"
	is "$(cargo run -q --locked)" "beta on house-alpha"
}
it "a clean CARGO_HOME builds from the lock file" clean_home_build

install_program() {
	cargo_home install
	cargo install house-gamma --registry loc --features extra --root "$house/work/root"
	is "$("$house/work/root/bin/house-gamma" | tr '\n' ';')" \
		"extra house-alpha;gamma, beta on house-alpha;"
}
it "cargo install builds a program and its dependencies" install_program

build_metadata() {
	local dir out
	dir=$(crate_dir house-meta "1.2.3+build.5" "[workspace]")
	publish "$dir"
	is "$(index_line house-meta 1.2.3+build.5 | jq -r .vers)" 1.2.3+build.5
	dir=$(app_dir metaapp "" 'fn main() { println!("{}", house_meta::name()); }')
	(cd "$dir" && cargo add house-meta@1.2 --registry loc && is "$(cargo run -q)" house-meta)
	sed -i 's/+build.5/+build.6/' "$workspace/house-meta/Cargo.toml"
	fails publish "$workspace/house-meta"
	like "$out" "already (exists|uploaded)"
}
it "build metadata stays in the version and does not make another version" build_metadata

# --- finding ----------------------------------------------------------------

search_crates() {
	local out
	out=$(cargo search --registry loc house 2>&1)
	like "$out" 'house-alpha = "0.1.0" +# The crate house-alpha'
	out=$(cargo search --registry loc --limit 1 house 2>&1)
	like "$out" "and [0-9]+ crates more"
	out=$(cargo search --registry loc "no such thing & <odd> + %" 2>&1)
	unlike "$out" "error"
}
it "cargo search lists names, versions and descriptions, and honours --limit" search_crates

info_crate() {
	cargo info --help >/dev/null 2>&1 || skip "this cargo has no info"
	like "$(cargo info --registry loc house-beta 2>&1)" "house-beta|The crate house-beta"
	fails cargo info --registry loc house-nowhere
}
it "cargo info shows a crate and refuses an unknown one" info_crate

# --- yank -------------------------------------------------------------------

locked_version() {
	awk -v name="$2" '$1 == "name" { n = $3 } $1 == "version" && n == "\"" name "\"" {
		gsub(/"/, "", $3); print $3 }' "$1/Cargo.lock"
}

yank_and_update() {
	sed -i 's/^version = "0.1.0"/version = "0.1.1"/' "$workspace/house-alpha/Cargo.toml"
	publish "$workspace/house-alpha"
	cd "$workspace/app"
	cargo update
	is "$(locked_version . house-alpha)" 0.1.1
	cp -r "$workspace/app" "$workspace/pinned"
	cargo yank --registry loc house-alpha@0.1.1
	is "$(index_line house-alpha 0.1.1 | jq .yanked)" true
	rm Cargo.lock
	cargo generate-lockfile
	is "$(locked_version . house-alpha)" 0.1.0
}
it "after a yank cargo resolves to the version before it" yank_and_update

yanked_but_locked() {
	cargo_home pinned
	cd "$workspace/pinned"
	cargo build -q --locked
	is "$(locked_version . house-alpha)" 0.1.1
}
it "a lock file that names the yanked version still builds" yanked_but_locked

unyank_and_update() {
	cargo yank --registry loc --undo house-alpha@0.1.1
	is "$(index_line house-alpha 0.1.1 | jq .yanked)" false
	cd "$workspace/app"
	cargo update
	is "$(locked_version . house-alpha)" 0.1.1
}
it "cargo yank --undo brings it back" unyank_and_update

# --- owners -----------------------------------------------------------------

owner_round() {
	local id out
	like "$(cargo owner --registry loc --list house-alpha 2>&1)" "alice"
	out=$(cargo owner --registry loc --add bob house-alpha 2>&1)
	like "$out" "bob"
	id=$(curl -fsS -H "Authorization: $bob" "$base_url/api/v1/me/crate_owner_invitations" |
		jq '.crate_owner_invitations[0].crate_id')
	curl -fsS -X PUT -H "Authorization: $bob" -H 'Content-Type: application/json' \
		-d "{\"crate_owner_invite\":{\"crate_id\":$id,\"accepted\":true}}" \
		"$base_url/api/v1/me/crate_owner_invitations/$id" | jq -e .crate_owner_invitation.accepted
	like "$(cargo owner --registry loc --list house-alpha 2>&1)" "bob"
	cargo yank --registry loc --token "$bob" house-alpha@0.1.1
	cargo yank --registry loc --token "$bob" --undo house-alpha@0.1.1
	cargo owner --registry loc --remove bob house-alpha
	unlike "$(cargo owner --registry loc --list house-alpha 2>&1)" "bob"
	fails cargo yank --registry loc --token "$bob" house-alpha@0.1.1
	like "$out" "owner"
}
it "cargo owner invites, lists and removes; an owner may yank, others may not" owner_round

last_owner() {
	local out
	fails cargo owner --registry loc --remove alice house-alpha
	like "$out" "last|at least one|individual owner"
}
it "the last owner cannot be removed" last_owner

not_an_owner() {
	local out
	sed -i 's/^version = "0.1.1"/version = "0.1.2"/' "$workspace/house-alpha/Cargo.toml"
	fails publish "$workspace/house-alpha" --token "$bob"
	like "$out" "this crate exists but you don't seem to be an owner"
}
it "somebody who is not an owner cannot publish a new version" not_an_owner

scoped_token() {
	local token out
	token=$(house_token alice --scope publish-update)
	fails publish "$(crate_dir house-delta 0.1.0 '[workspace]')" --token "$token"
	like "$out" "40[13]"
	publish "$workspace/house-alpha" --token "$token"
	fails cargo yank --registry loc --token "$token" house-alpha@0.1.2
}
it "a token with the scope publish-update does only that" scoped_token

# --- other ways to reach it -------------------------------------------------

source_replacement() {
	local dir
	cargo_home replaced
	cat >"$CARGO_HOME/config.toml" <<-TOML
	[source.crates-io]
	replace-with = "loc"
	TOML
	dir=$(app_dir replaced $'[dependencies]\nhouse-beta = "0.1"' \
		'fn main() { println!("{}", house_beta::name()); }')
	cd "$dir"
	is "$(cargo run -q)" "beta on house-alpha"
}
it "the registry can stand in for the public one by source replacement" source_replacement

auth_required() {
	local out dir
	house_set crates_auth_required yes
	entrepot_reload
	is "$(http GET /index/config.json)" 401
	like "$(header www-authenticate)" "Cargo login_url=\"$base_url/me\""
	is "$(http GET /index/ho/us/house-alpha)" 401
	is "$(http GET /api/v1/crates/house-alpha/0.1.0/download)" 401
	is "$(http GET '/api/v1/crates?q=house')" 401
	cargo_home private
	dir=$(app_dir private $'[dependencies]\nhouse-beta = { version = "0.1", registry = "loc" }' \
		'fn main() { println!("{}", house_beta::name()); }')
	cd "$dir"
	fails cargo fetch
	like "$out" "credential-provider|token"
	export CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS=cargo:token
	cargo login --registry loc <<<"$bob"
	is "$(cargo run -q)" "beta on house-alpha"
	like "$(cargo search --registry loc alpha 2>&1)" house-alpha
	http GET /index/config.json -H "Authorization: $bob" >/dev/null
	body | jq -e '."auth-required" == true'
}
it "a registry that requires authentication answers 401 first and works with a token" auth_required

everything_is_consistent() { admin verify; }
it "entrepot-admin verify finds nothing wrong afterwards" everything_is_consistent

done_testing
