#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The administration program, called as scripts and people call it.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"

house_open

# json VERB... -- FILTER: jq's view of the answer.
json() {
	local args=()
	while [ "$1" != -- ]; do
		args+=("$1")
		shift
	done
	admin "${args[@]}" --json | jq -r "$2"
}

# --- being called -----------------------------------------------------------

verbs=(migrate "user add" "user list" "user show" "user set" "user totp enrol"
	"user totp confirm" "user totp show" "user totp recovery" "user totp remove" "org add" "org list" "org set"
	"org member add" "org member remove" "org member list" "token add" "token list"
	"token revoke" "oauth add" "oauth list" "oauth remove" "publisher add"
	"publisher list" "publisher remove" "keys create" "keys show" "keys rotate" "keys backup" "repo list" "repo add"
	"repo set" "pypi yank" "pypi unyank" "pypi delete" "pypi status" "pypi owner set" "pypi owner remove"
	"pypi owner list" "jobs list" "jobs status" "jobs run" "jobs retry" reindex gc verify backup restore routes config)

every_verb_explains_itself() {
	local verb words
	like "$(admin --help)" "migrate"
	for verb in "${verbs[@]}"; do
		read -ra words <<<"$verb"
		like "$(admin "${words[@]}" --help)" "^Usage: entrepot-admin $verb"
	done
}
it "every verb explains itself" every_verb_explains_itself

the_manual_names_every_option() {
	local page verb words option
	page=$(sed 's/\\-/-/g; s/"//g' "$root/src/entrepot-admin.8")
	for verb in "${verbs[@]}"; do
		read -ra words <<<"$verb"
		grep -qE "^\.SS $verb( |$)" <<<"$page" || fail "$verb is not in the manual"
		for option in $(admin "${words[@]}" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p'); do
			grep -qE "^\.BI? $option( |$)" <<<"$page" || fail "$verb $option is not in the manual"
		done
	done
}
it "the manual names every verb and option" the_manual_names_every_option

# status_of COMMAND...
status_of() { "$@" >/dev/null 2>&1 && echo 0 || echo $?; }

a_wrong_call_exits_with_2() {
	is "$(status_of admin)" 2
	is "$(status_of admin nonsense)" 2
	is "$(status_of admin user)" 2
	is "$(status_of admin user add)" 2
	is "$(status_of admin user add x y)" 2
	is "$(status_of admin user add x --nonsense)" 2
	is "$(status_of admin gc --grace soon)" 2
	is "$(status_of admin token add --user x)" 2
	is "$(status_of admin token revoke 1)" 2
	is "$(status_of admin repo add hex x)" 2
	is "$(status_of admin publisher add crates crates x --provider github --project a/b)" 2
	like "$(admin token add --name x 2>&1)" "token add: --user is needed"
	like "$(admin token add --help)" "token add --user NAME --name TEXT \[OPTION\]"
}
it "a wrong call exits with 2" a_wrong_call_exits_with_2

a_socket_is_checked_before() {
	local out
	"$house/bin/entrepot" --config "$house/entrepot.conf" --check
	fails "$house/bin/entrepot" --config "$house/entrepot.conf" --listen 0.0.0.0:9000 --check
	like "$out" "only 127.0.0.1 is allowed"
}
it "entrepot --check refuses a socket that entrepot would not open" a_socket_is_checked_before

a_setting_is_shown_with_its_source() {
	is "$(json config base_url -- '.[0].source')" file
	is "$(json config max_body -- '.[0].source')" default
	is "$(ENTREPOT_MAX_BODY=1m json config max_body -- '.[0] | .value + " " + .source')" "1m environment"
	ENTREPOT_SMTP_PASSWORD=hunter2 admin config >"$house/work/config"
	! grep -q hunter2 "$house/work/config" || fail "the password is shown"
}
it "a setting is shown with its source, a secret is not" a_setting_is_shown_with_its_source

a_database_that_is_away_is_named() {
	sed 's|^database = .*|database = host=/nonexistent dbname=x|' "$house/entrepot.conf" >"$house/work/away.conf"
	fails "$house/bin/entrepot-admin" --config "$house/work/away.conf" user list
	like "$out" "no database: .*/nonexistent"
}
it "a database that is away is named" a_database_that_is_away_is_named

an_unknown_schema_is_refused() {
	sql "INSERT INTO schema_migration (number, name) VALUES (9999, 'from_the_future')" >/dev/null
	fails admin user list
	sql "DELETE FROM schema_migration WHERE number = 9999" >/dev/null
	like "$out" "9999"
	admin user list
}
it "an unknown schema is refused" an_unknown_schema_is_refused

# --- accounts ---------------------------------------------------------------

a_user_is_created_once() {
	printf 'battery staple\n' | admin user add carol --email carol@example.org --confirmed --password-stdin
	is "$(json user show carol -- '[.email, .email_confirmed, .admin] | join(" ")')" "carol@example.org true false"
	fails admin user add Carol --email c@example.org
	is "$out" "entrepot-admin: the name \`Carol\` is already taken"
}
it "a user is created once" a_user_is_created_once

a_failed_user_leaves_nothing() {
	fails admin user add dave --email "not an address"
	is "$(sql "SELECT count(*) FROM account WHERE name = 'dave'")" 0
}
it "a user whose address is refused is not created" a_failed_user_leaves_nothing

a_path_cannot_become_a_name() {
	for name in api Index -; do
		fails admin user add "$name" --email x@example.org
	done
	fails admin org add API
	like "$out" "reserved"
}
it "a name that would shadow a path is refused" a_path_cannot_become_a_name

an_unconfirmed_address_gets_a_mail() {
	local token
	admin user add erin --email erin@example.org
	admin jobs run
	token=$(cat "$house"/mail/*.eml | sed -n "s|.*$base_url/api/v1/confirm/\([A-Za-z0-9]*\).*|\1|p" | tr -d '\r')
	like "$token" '^[A-Za-z0-9]{26}$'
	is "$(json user show erin -- .email_confirmed)" false
	admin user set erin --confirmed
	is "$(json user show erin -- .email_confirmed)" true
}
it "an address that is not known to be right gets a mail" an_unconfirmed_address_gets_a_mail

a_user_is_locked_and_unlocked() {
	admin user set bob --lock 2d --reason "too loud"
	is "$(json user show bob -- '[.locked, .lock_reason] | join(" ")')" "true too loud"
	admin user set bob --unlock
	is "$(json user show bob -- .locked)" false
	fails admin user set nobody --unlock
	is "$out" 'entrepot-admin: there is no account `nobody`'
}
it "a user is locked and unlocked" a_user_is_locked_and_unlocked

an_organization_has_members() {
	admin org add acme --admin alice
	admin org member add acme bob --role read
	is "$(json org member list acme -- 'map(.name + ":" + .role) | join(" ")')" "alice:admin bob:read"
	fails admin org member remove acme alice
	admin org member remove acme bob
	is "$(json org member list acme -- length)" 1
}
it "an organization has members and keeps an administrator" an_organization_has_members

an_organization_has_seats_and_a_repository() {
	is "$(json repo list --owner acme -- 'map(.ecosystem + "/" + .name) | join(" ")')" hex/acme
	admin org set acme --seats 1
	fails admin org member add acme bob
	like "$out" "not enough seats"
	admin org set acme --seats 0
	admin org member add acme bob
	admin org member remove acme bob
}
it "an organization has seats and a repository" an_organization_has_seats_and_a_repository

# code_of OTPAUTH: what an authenticator shows for it now.
code_of() {
	python3 - "$1" <<-'PY'
		import base64, hashlib, hmac, struct, sys, time, urllib.parse
		secret = urllib.parse.parse_qs(urllib.parse.urlsplit(sys.argv[1]).query)["secret"][0]
		digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
		at = digest[-1] & 15
		print("%06d" % ((struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff) % 1000000))
	PY
}

a_second_factor_counts_once_a_code_was_seen() {
	local url
	url=$(json user totp enrol bob -- .url)
	like "$url" "^otpauth://totp/.*:bob\?secret="
	is "$(json user totp show bob -- .confirmed)" false
	fails admin user totp confirm bob nonsense
	is "$(json user totp confirm bob "$(code_of "$url")" -- '.recovery_codes | length')" 10
	is "$(json user totp show bob -- '"\(.confirmed) \(.recovery_codes)"')" "true 10"
	fails admin user totp enrol bob
	is "$(json user totp recovery bob -- '.recovery_codes | length')" 10
	admin user totp remove bob
	is "$(json user totp show bob -- .enrolled)" false
}
it "a second factor counts once a code was seen" a_second_factor_counts_once_a_code_was_seen

an_application_is_made_known() {
	local id
	id=$(json oauth add Editor --redirect http://127.0.0.1/callback -- .id)
	is "$(json oauth list -- "map(select(.id == \"$id\") | .name) | join(\" \")")" Editor
	like "$(json oauth list -- 'map(.name) | join(" ")')" "Hex CLI"
	fails admin oauth add Editor --redirect ftp://127.0.0.1/
	admin oauth remove "$id"
	fails admin oauth remove "$id"
}
it "an application is made known and forgotten" an_application_is_made_known

a_key_has_grants() {
	local secret
	secret=$(json token add --user acme --name ci --grant repository:acme -- .token)
	like "$secret" '^[0-9a-f]{32}$'
	is "$(json token list --user acme -- '.[0].grants[0]')" repository:acme
	fails admin token add --user acme --name ci
	fails admin token add --user bob --name ci --grant world
	fails admin token add --user bob --name ci --grant api --scope read
}
it "a key has grants, an organization's too" a_key_has_grants

a_token_is_shown_once() {
	local token id
	token=$(json token add --user carol --name ci --scope yank --package 'demo-*' --expires 30d -- .token)
	like "$token" '^cio[A-Za-z0-9]{32}$'
	is "$(json token list --user carol -- '.[0].packages[0]')" 'crates/demo-*'
	unlike "$(admin token list --user carol --json)" "$token"
	id=$(json token list --user carol -- '.[0].id')
	admin token revoke --user carol "$id"
	fails admin token revoke --user carol "$id"
	is "$(json token list --user carol -- length)" 0
	fails admin token add --user carol --name ci --scope everything
	like "$out" "unknown scope .*publish-new"
}
it "a token's secret is shown once" a_token_is_shown_once

a_repository_is_added() {
	admin repo add packagecloud stuff --owner acme --private
	is "$(json repo list --owner acme -- '.[] | select(.ecosystem == "packagecloud") | [.name, .private] | join(" ")')" "stuff true"
	is "$(json repo list --owner acme -- '.[] | select(.ecosystem == "hex") | [.name, .private] | join(" ")')" "acme true"
	admin repo set packagecloud acme/stuff --private no
	is "$(json repo list --owner acme -- '.[] | select(.name == "stuff").private')" false
	fails admin repo add packagecloud stuff --owner acme
}
it "a repository is added and changed" a_repository_is_added

# --- jobs -------------------------------------------------------------------

jobs_tell_the_log() {
	local before id
	before=$(grep -c 'gc removed' "$house/log/entrepot.log" || true)
	# Not due: no worker takes it.
	id=$(sql "INSERT INTO job (kind, payload, run_at, max_attempts)
		VALUES ('gc', '{}', now() + interval '1 hour', 1) RETURNING id")
	admin jobs run --id "${id%%$'\n'*}" 2>"$house/work/said"
	is "$(cat "$house/work/said")" ""
	is "$(grep -c 'gc removed' "$house/log/entrepot.log")" $((before + 1))
}
it "what jobs have to tell goes to the log" jobs_tell_the_log

a_failing_job_is_reported() {
	admin jobs run
	is "$(json jobs status -- .due)" 0
	# What comes again and again must not become due in between.
	sql "UPDATE job SET run_at = run_at + interval '1 day'" >/dev/null
	sql "INSERT INTO job (kind, payload, max_attempts) VALUES ('mail', '{}', 1)" >/dev/null
	fails admin jobs run
	like "$out" "1 of 1 jobs failed"
	like "$(admin jobs list --failed)" "names no mail"
	is "$(json jobs retry --all -- .retried)" 1
	sql "DELETE FROM job WHERE payload = '{}' AND kind = 'mail'" >/dev/null
}
it "a failing job is reported and can be retried" a_failing_job_is_reported

# --- the store --------------------------------------------------------------

house_set crates_rate_limits no
house_start lighttpd || bail "the registry did not start"
publish_crate demo 1.0.0 || bail "nothing can be published"

what_is_stored_is_sound() {
	like "$(admin verify)" "^Nothing is wrong with 1 packages, 1 files, 1 index objects and 1 blobs"
	is "$(json gc --grace 0 -- .blobs)" 0
}
it "what is stored is sound, and gc leaves it alone" what_is_stored_is_sound

the_index_is_repaired() {
	sql "UPDATE index_object SET body = 'broken' WHERE path LIKE '%demo'" >/dev/null
	fails admin verify
	like "$out" "index-differs"
	is "$(json reindex -- .changed)" 1
	admin verify
	is "$(json reindex -- .changed)" 0
}
it "a broken index is found by verify and repaired by reindex" the_index_is_repaired

a_damaged_blob_is_found() {
	local blob
	blob=$(find "$house/data/blobs" -type f)
	cp -p "$blob" "$house/work/blob"
	printf 'x' | dd of="$blob" bs=1 seek=20 conv=notrunc status=none
	fails admin verify
	like "$out" "blob-corrupt"
	is "$(json verify --no-hash -- .problem_count)" 0
	cp -p "$house/work/blob" "$blob"
	admin verify
}
it "a damaged blob is found" a_damaged_blob_is_found

a_python_project_is_managed() {
	like "$(python3 "$support/pykit.py" upload "$base_url" "$alice" cheese 1.0)" "^200"
	admin pypi yank cheese 1.0 --reason moldy
	like "$(curl -fsS "$base_url/simple/cheese/")" 'data-yanked="moldy"'
	admin pypi unyank cheese 1.0
	admin pypi status cheese quarantined
	is "$(curl -s -o /dev/null -w '%{http_code}' "$base_url/pypi/cheese/json")" 404
	admin pypi status cheese active
	admin pypi owner set cheese bob --maintainer
	is "$(json pypi owner list cheese -- 'map(.user + " " + .role) | join(", ")')" "alice owner, bob maintainer"
	fails admin pypi owner remove cheese alice
	like "$out" "alice is the last owner of cheese"
	admin verify
	admin pypi delete cheese 1.0 cheese-1.0-py3-none-any.whl
	admin pypi delete cheese
	fails admin pypi yank cheese 1.0
	is "$out" 'entrepot-admin: there is no project `cheese`'
	json gc --grace 0 -- .blobs >/dev/null
	admin verify
}
it "a Python project is yanked, quarantined, given away and deleted" a_python_project_is_managed

one_package_is_repaired() {
	/usr/bin/python3 -B "$support/pykit.py" upload "$base_url" "$alice" De.mo 1.0 | grep -qx 200
	sql "UPDATE index_object SET body = 'broken' WHERE path LIKE '%demo' OR path LIKE 'simple/de-mo/%'" >/dev/null
	is "$(json reindex --package demo -- '[.packages, .changed] | join(" ")')" "1 1"
	is "$(json reindex --package de_mo -- '[.packages, .changed] | join(" ")')" "1 1"
	admin verify
	fails admin reindex --package lemon
	like "$out" 'there is no package `lemon`'
	admin pypi delete de-mo
}
it "the index of one package is repaired, whatever kind of package it is" one_package_is_repaired

files_belong_to_the_registry() {
	am_root || skip "needs root"
	is "$(find "$house/data" "$house/mail" ! -user "$user")" ""
}
it "files made as root belong to the registry" files_belong_to_the_registry

migrate_makes_the_directories() {
	am_root || skip "needs root"
	sed "s|^data_dir = .*|data_dir = $house/fresh|" "$house/entrepot.conf" >"$house/work/fresh.conf"
	"$house/bin/entrepot-admin" --config "$house/work/fresh.conf" migrate
	is "$(find "$house/fresh" -type d -user "$user" | wc -l)" 3
	is "$(stat -c %a "$house/fresh")" 750
}
it "migrate as root makes the directories for the configured user" migrate_makes_the_directories

routes_are_listed() {
	like "$(admin routes)" "PUT +/api/v1/crates/new"
	like "$(admin routes --markdown)" '\| PUT \| `/api/v1/crates/new` \|'
	is "$(json routes -- 'map(select(.path == "/api/v1/crates/new")) | length')" 1
}
it "routes are listed" routes_are_listed

done_testing
