#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A registry in an account of a shared host: the installer as its README says, on
# a terminal and again, and what clients ask for below the path.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/account.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

account_open
base_url=$site/registry
longest_query=8000
host_serve || bail "the server did not start"

# readme NUMBER: that code block of the README, on this host.
readme() {
	awk -v number="$1" '/^```/ { inside = !inside; count += inside; next } inside && count == number' \
		"$root/deploy/shared-hosting/README.md" |
		sed "s|https://host.example|$site|g; s|db.example|$loopback|g; s|alice@example.org|carol@example.org|g
			s|alice|carol|g" | grep .
}

asks_and_builds() {
	local words
	read -r -a words < <(readme 1)
	ends 3 in_account env -C "$account/src" CFLAGS=-O0 \
		"$python" tests/support/terminal.py "$account/secret" "${words[@]}"
	has "$out" "Applied"
	has "$out" "ok      the registry answers at $base_url"
	has "$out" "ok      tokens arrive"
	has "$out" "export ENTREPOT_CONFIG=$account/entrepot/entrepot.conf"
	[[ $out != *"$secret"* ]]
	is "$(http GET /-/ready)" 200
}
it "as the README says it asks for the password, builds, installs, and answers" asks_and_builds

small_limit() {
	has "$(installer --check 2>&1)" "NOT ok  uploads of 200K do not arrive (status 500)"
	has "$(installer --check 2>&1)" "FcgidMaxRequestLen"
}
it "it says that the host takes no larger uploads, and what to ask for" small_limit
host_serve 536870912 || bail "the server did not start"

all_is_well() {
	ends 0 installer --check
	unlike "$out" "NOT ok"
	is "$(grep -c '^ok ' <<<"$out")" 10
	is "$(grep -vcE '^(ok|note) ' <<<"$out")" 1
}
it "when the host has allowed larger uploads every check is well" all_is_well

extension() {
	ends 0 installer --check
	has "$out" "note    PostgreSQL's extension pg_trgm is missing"
	has "$out" "CREATE EXTENSION pg_trgm"
	as_superuser -d me -c 'CREATE EXTENSION pg_trgm'
	ends 0 installer --check
	unlike "$out" pg_trgm
	as_superuser -d me -c 'DROP EXTENSION pg_trgm CASCADE'
}
it "it says what PostgreSQL's administrator can do for faster searches, until that is done" extension

collects() {
	in_account env CFLAGS=-O0 "$account/src/deploy/shared-hosting/install" \
		--collect "$account/programs"
	# nothing but the C library's is the host's
	is "$(ldd "$account"/programs/bin/* | awk '$3 ~ "^/" { print $3 }' | grep -v "^$account/programs/" |
		grep -vE '/lib(c|m|resolv)\.so' || true)" ""
	[ "$(find "$account/programs/lib" -name '*.so*' | wc -l)" -gt 10 ]
	ends 0 in_account "$account/src/deploy/shared-hosting/install" --programs "$account/programs"
	[ -e "$account/entrepot/lib/libpq.so.5" ]
	is "$(ldd "$account/entrepot/bin/entrepot" | grep -cF "=> $account/entrepot/bin/../lib/")" \
		"$(find "$account/entrepot/lib" -type f | wc -l)"
	is "$(http GET /-/ready)" 200
}
it "programs and libraries collected on another machine are installed and serve" collects

private() {
	is "$(stat -c %a "$account/entrepot")" 700
	is "$(stat -c %a "$account"/entrepot/{entrepot.conf,pgpass,data/keys/hex.pem} | sort -u)" 600
	is "$(stat -c %a "$account/public_html/registry/.htaccess")" 644
	is "$(stat -c %a "$account/public_html/registry/entrepot.fcgi")" 755
	[[ $(admin config database) != *"$secret"* ]]
	is "$(find "$account/public_html" -type f | wc -l)" 2
	is "$(grep -rlF "$secret" "$account" --exclude-dir=src || true)" "$account/secret"
}
it "configuration and password are for the account only" private

cron_line() {
	is "$(grep -c . "$account/bin/crontab.lines")" 3
	is "$(head -n 1 "$account/bin/crontab.lines")" "17 5 * * * true"
	printf 'a long enough password\n' | admin user add dora --email dora@example.org --password-stdin
	[ ! -e "$account/entrepot/data/mail" ]
	is "$(in_account env -i HOME="$account" PATH=/usr/bin:/bin /bin/sh -c "$(cron_command 2)" 2>&1)" ""
	grep -q dora@example.org "$account"/entrepot/data/mail/*.eml
	echo "a line" >>"$account/entrepot/log/entrepot.log"
	in_account env -i HOME="$account" PATH=/usr/bin:/bin /bin/sh -c "$(cron_command 3)"
	[ -s "$account/entrepot/log/entrepot.log.1" ]
	in_account env -i HOME="$account" PATH=/usr/bin:/bin /bin/sh -c "$(cron_command 3)"
}
# cron_command LINE: what cron would give to the shell.
cron_command() { sed -n "$1"'s/^\([^ ]* \)\{5\}//p' "$account/bin/crontab.lines"; }
# nobody else shall do the jobs
webserver_stop shared "$house"
it "the very line in the crontab runs the jobs and says nothing" cron_line
host_serve 536870912 || bail "the server did not start"

again() {
	local before conf=$account/entrepot/entrepot.conf
	as_user "$user" sh -c 'echo "banner=kept" >>"$1"; sed -i "s/^base_url = /base_url=/" "$1"' sh "$conf"
	before=$(sha256sum "$conf" "$account"/entrepot/{pgpass,data/keys/hex.pem} "$account/bin/crontab.lines")
	ends 0 installer
	is "$(sha256sum "$conf" "$account"/entrepot/{pgpass,data/keys/hex.pem} "$account/bin/crontab.lines")" "$before"
	is "$(http GET /-/ready)" 200
	cmp "$house/bin/entrepot" "$account/entrepot/bin/entrepot"
	is "$(find "$account/entrepot" "$account/public_html" -name '.install*' -o -name '.entrepot.*' -o -name '.check.*')" ""
}
it "run again it brings the programs up to date and keeps everything else" again

accounts_as_told() {
	local told
	told=$(in_account bash -euc "$(readme 3)" <<<"a long enough password")
	like "$told" "cio[A-Za-z0-9]+"
	admin user show carol
}
it "a user and a token are made as the README says" accounts_as_told

alice=$(house_account alice --admin) && bob=$(house_account bob) || bail "no accounts"

addresses_have_the_path() {
	http GET /index/config.json >/dev/null
	like "$(body | jq -r .dl)" "^$base_url/files/"
	is "$(body | jq -r .api)" "$base_url"
	http GET / >/dev/null
	[ -n "$(header x-request-id)" ]
}
it "a registry below a path says so in its addresses" addresses_have_the_path
smoke "shared hosting"
clients "shared hosting"

# The transcripts want a registry of their own, whose address is not this one's.
transcripts_hold() {
	local conf=$account/plain/entrepot.conf
	host_database plain
	ends 3 installer --state "$account/plain" --path / --base-url https://registry.example \
		--db-host "$loopback" --db-user plain --password-file "$account/secret" --no-cron
	as_user "$user" sh -c 'printf "download_flush = 1h\ncrates_rate_limits = no\n" >>"$1"' sh "$conf"
	ENTREPOT_SOURCE=$root ENTREPOT_TEST_URL=$site \
		ENTREPOT_TEST_DATABASE="host=$house/run user=postgres dbname=plain" \
		CMOCKA_MESSAGE_OUTPUT=TAP "$house/bin/transcripts" >"$house/work/transcripts" 2>&1 && return
	grep -a -E "^(ERROR|not ok)" "$house/work/transcripts" || tail -n 3 "$house/work/transcripts"
	return 1
}
if install -m 755 "$(house_build)/handler/transcripts" "$house/bin/" 2>/dev/null; then
	it "every transcript holds at the root of a shared host's site" transcripts_hold
fi

done_testing
