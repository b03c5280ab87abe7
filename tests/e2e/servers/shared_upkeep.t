#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A registry in an account of a shared host, after its installation: updates
# while clients are busy, other addresses, hosts that allow less, and whatever
# is wrong with what the installer is told, which must leave nothing half done.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/account.sh"
. "$support/smoke.sh"

account_open
program=$account/entrepot/bin/entrepot
blobs=$account/entrepot/data/blobs
registry_log=$account/entrepot/log/entrepot.log
# as many processes as requests come at once
on_demand=yes
. "$support/upkeep.sh"
base_url=$site/registry
host_serve 536870912 || bail "the server did not start"
given=(--base-url "$base_url" --db-host "$loopback" --db-user me --password-file "$account/secret")

# --- the password -----------------------------------------------------------

# command_lines: of every process, until the file is there.
command_lines() {
	until [ -e "$1" ]; do
		cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n'
	done
}

secret_stays() {
	local over=$house/work/over watcher
	command_lines "$over" >"$house/work/seen" &
	watcher=$!
	ends 0 installer "${given[@]}"
	touch "$over"
	wait "$watcher"
	[[ $out != *"$secret"* ]]
	grep -q -- --password-file "$house/work/seen"
	is "$(grep -cF -- "$secret" "$house/work/seen" || true)" 0
}
it "while it installs the password is on no command line, and it is never printed" secret_stays

alice=$(house_account alice --admin) || bail "no account"

# --- updates ----------------------------------------------------------------

# in_use looks at the status of it all only
installer_updates() {
	another_program
	installer >"$house/work/update" && unlike "$(cat "$house/work/update")" "NOT ok" &&
		grep -q "ok      the registry answers" "$house/work/update" &&
		cmp "$house/bin/entrepot" "$program" && wait_until 20 all_are_new
}

# As upkeep expects it, for what the log must show.
as_user "$user" sed -i '/^access_log/d' "$account/entrepot/entrepot.conf"
publish_steady
it "run again while clients read and publish it changes to the new program and loses nothing" in_use 0 installer_updates
upkeep "a shared host" 20 "each_one HUP" installer_updates

broken_update() {
	local before
	before=$(account_everything)
	mkdir -p "$house/work/broken"
	printf '#!/bin/sh\necho "error while loading shared libraries: libnone.so.1" >&2\nexit 127\n' \
		>"$house/work/broken/entrepot"
	chmod 755 "$house/work/broken/entrepot"
	cp "$house/bin/entrepot-admin" "$house/work/broken/"
	ends 1 in_account "$account/src/deploy/shared-hosting/install" --programs "$house/work/broken"
	has "$out" "entrepot does not run on this machine: error while loading shared libraries: libnone.so.1"
	is "$(account_everything)" "$before"
	ends 1 in_account "$account/src/deploy/shared-hosting/install" --programs "$house/work"
	has "$out" "there is no entrepot in"
	is "$(account_everything)" "$before"
	is "$(http GET /index/st/ea/steady)" 200
}
it "programs that do not run here are refused before anything changes" broken_update

other_password() {
	local before
	before=$(account_everything)
	printf 'not it\n' >"$account/wrong"
	before=$(account_everything)
	ends 1 installer --password-file "$account/wrong"
	has "$out" "password authentication failed"
	has "$out" "nothing was installed"
	is "$(account_everything)" "$before"
	as_superuser -d postgres -c "ALTER ROLE me PASSWORD 'not it'"
	ends 3 installer --check
	has "$out" "NOT ok  the database"
	ends 0 installer --password-file "$account/wrong"
	as_superuser -d postgres -v secret="$secret" <<<"ALTER ROLE me PASSWORD :'secret'"
	ends 0 installer --password-file "$account/secret"
	is "$(http GET /index/st/ea/steady)" 200
}
it "another password is taken over when it is the right one, and changes nothing otherwise" other_password

backed_up() {
	command -v pg_dump >/dev/null || skip "pg_dump is not installed"
	admin backup "$account/backup"
	[ -s "$account/backup/manifest.json" ]
	is "$(grep -rlF "$secret" "$account/backup" || true)" ""
	rm -r "$account/backup"
}
it "a backup is made with the password that is kept, which is not in it" backed_up

# --- what it is told --------------------------------------------------------

# refused MESSAGE OPTION...: a new installation, of which nothing may be left.
refused() {
	local before message=$1
	shift
	before=$(account_everything)
	ends 1 installer --state "$account/other" --path /other/ --base-url "$site/other" --db-host "$loopback" \
		--db-user me --password-file "$account/secret" "$@" </dev/null
	has "$out" "$message"
	[[ $out != *"$secret"* ]]
	is "$(account_everything)" "$before"
}

bad_database() {
	refused "password authentication failed" --password-file "$account/wrong"
	refused "password authentication failed" --db-user nobody
	refused "does not exist" --db-name none
	refused "Connection refused" --db-port 1
	refused "could not translate host name" --db-host none.invalid
	refused "invalid sslmode" --db-sslmode maybe
	refused "is no port" --db-port x
	refused "no password in" --password-file /dev/null
}
it "a database that cannot be used is named, and nothing is installed" bad_database

read_only_role() {
	host_database other
	as_superuser -d other -c 'REVOKE ALL ON SCHEMA public FROM other'
	refused "permission denied for schema public" --db-user other
	as_superuser -d other -c 'ALTER ROLE other SET default_transaction_read_only = on'
	refused "read-only transaction" --db-user other
}
it "a role that may create no tables is named, and nothing is installed" read_only_role

bad_places() {
	refused "is no directory" --document-root "$account/nowhere"
	as_user "$user" mkdir -m 555 "$account/closed"
	refused "$account/closed is not writable" --document-root "$account/closed"
	refused "is in the web tree" --state "$account/public_html/state"
	refused "only letters, digits" --state "$account/with blank"
	refused "not a directory of this account" --state /etc
	refused "has dots" --path /../other/ --base-url "$site/../other"
	as_user "$user" mkdir -p "$account/public_html/other"
	as_user "$user" touch "$account/public_html/other/.htaccess"
	refused "is not of this installation"
	rm -r "$account/public_html/other"
	refused "is not of this installation" --path /registry/ --base-url "$base_url"
}
it "places that cannot be used are named, and nothing is installed" bad_places

bad_addresses() {
	refused "is no address" --base-url registry.example
	refused "is no address" --base-url "ftp://registry.example/other"
	refused "does not end in /other" --base-url "$site/registry"
}
it "addresses that do not fit are named, and nothing is installed" bad_addresses

bad_options() {
	ends 2 installer --frobnicate
	has "$out" "Usage:"
	ends 1 installer --state
	has "$out" "needs a value"
	ends 1 in_account "$account/src/deploy/shared-hosting/install" --state "$account/other" --base-url "$site/other" \
		--path other </dev/null
	has "$out" "no password"
	ends 1 in_account "$account/src/deploy/shared-hosting/install" --state "$account/other" </dev/null
	has "$out" "--base-url is missing"
	ends 1 installer --check --state "$account/other"
	has "$out" "nothing is installed in"
	[ ! -e "$account/other" ]
	am_root || return 0
	fails "$root/deploy/shared-hosting/install" "${given[@]}"
	has "$out" "not as root"
}
it "wrong and missing options are named" bad_options

# --- what the host does -----------------------------------------------------

open_to_others() {
	as_user "$user" chmod 644 "$account/entrepot/entrepot.conf"
	as_user "$user" chmod 775 "$account/public_html/registry"
	ends 3 installer --check
	has "$out" "NOT ok  $account/entrepot/entrepot.conf is open to others: chmod 600"
	has "$out" "NOT ok  others may write to"
	as_user "$user" chmod 600 "$account/entrepot/entrepot.conf"
	as_user "$user" chmod 755 "$account/public_html/registry"
	ends 0 installer --check
}
it "modes that are too wide are found" open_to_others

# As on a host that shows whole homes.
shown_to_others() {
	as_user "$user" ln -s ../entrepot "$account/public_html/entrepot"
	ends 3 installer --check
	as_user "$user" rm "$account/public_html/entrepot"
	like "$out" "NOT ok  everybody can read:.* $site/entrepot/entrepot.conf $site/entrepot/pgpass;"
	[[ $out != *"$secret"* ]]
	ends 0 installer --check
	has "$out" "ok      configuration and password cannot be fetched"
}
it "a configuration that the web server shows to everybody is found" shown_to_others

no_crontab() {
	as_user "$user" mv "$account/bin/crontab" "$account/bin/none"
	as_user "$user" ln -s /bin/false "$account/bin/crontab"
	ends 3 installer
	has "$out" "NOT ok  the crontab cannot be used here"
	has "$out" "jobs run"
	ends 0 installer --no-cron
	ends 0 installer
	has "$out" "note    jobs: something else"
	as_user "$user" mv "$account/bin/none" "$account/bin/crontab"
	is "$(grep -c "entrepot in" "$account/bin/crontab.lines")" 2
}
it "without a crontab it says what has to be run" no_crontab

elsewhere() {
	ends 3 installer --base-url "http://127.0.0.1:1/registry"
	has "$out" "127.0.0.1:1/registry/-/ready: no answer"
	ends 3 installer --base-url "$site/elsewhere/registry"
	has "$out" "elsewhere/registry/-/ready: status 404"
	ends 0 installer --base-url "$base_url"
}
it "an address that does not lead to the registry is found" elsewhere

home_page() {
	base_url=$site/~account/registry
	ends 0 installer --base-url "$base_url"
	is "$(http GET /index/config.json)" 200
	is "$(body | jq -r .api)" "$base_url"
	is "$(http GET /api/v1/crates/steady/1.0.0/download -L)" 200
	publish_crate "home-page" 1.0.0
	is "$(http GET /index/ho/me/home-page)" 200
}
it "below the page of a user it serves as well" home_page
installer --base-url "$base_url" >/dev/null 2>&1

# host_allows OVERRIDES: in .htaccess.
host_allows() {
	sed -i "s/AllowOverride .*/AllowOverride $1/" "$house/etc/apache2/sites-available/entrepot.conf"
	host_restart
}
host_restart() { webserver_stop shared "$house"; webserver_start shared "$house" "$port" "$user"; }

no_htaccess() {
	host_allows None
	ends 3 installer --check
	has "$out" "status 404"
	has "$out" "AllowOverride FileInfo Options=ExecCGI"
}
it "a host that ignores .htaccess is found" no_htaccess

little_override() {
	host_allows FileInfo
	ends 3 installer --check
	has "$out" "status 500"
	has "$out" "AllowOverride FileInfo Options=ExecCGI"
}
it "a host that allows too little in .htaccess is found" little_override

no_fcgid() {
	sed -i "s/AllowOverride .*/AllowOverride All/" "$house/etc/apache2/sites-available/entrepot.conf"
	stock_apache "$house" a2dismod -q fcgid
	sed -i /Fcgid/d "$house/etc/apache2/sites-available/entrepot.conf"
	host_restart
	ends 3 installer --check
	has "$out" "shows $account/public_html/registry/entrepot.fcgi instead of running it"
	[[ $out != *"$secret"* ]]
}
it "a host without mod_fcgid is found" no_fcgid

host_serve 536870912 || bail "the server did not start"

# --- the end ----------------------------------------------------------------

no_processes() { [ -z "$(our_processes)" ]; }

taken_out() {
	local kept
	kept=$(find "$account/entrepot" -type f ! -path '*/log/*' | sort)
	ends 0 installer --uninstall
	[ ! -e "$account/public_html/registry" ]
	is "$(cat "$account/bin/crontab.lines")" "17 5 * * * true"
	wait_until 20 no_processes
	is "$(find "$account/entrepot" -type f ! -path '*/log/*' | sort)" "$kept"
	is "$(http GET /-/ready)" 404
	ends 0 installer
	is "$(http GET /index/st/ea/steady)" 200
	admin verify
}
it "taken out of the web tree it leaves its files, and goes on with them when it is installed again" taken_out

done_testing
