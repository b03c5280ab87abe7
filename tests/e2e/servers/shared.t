#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A shared host: Apache with mod_fcgid that lets .htaccess say the least that is
# needed, an account without root, and a database role that may create tables
# and nothing else, with a password, over TCP. The installer as its README says,
# again as an update, and with everything wrong that can be.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

stock_installed shared || skip_all "shared is not installed"
# an address of this script alone, on which the usual port is free
loopback=127.$((RANDOM % 200 + 20)).$((RANDOM % 250 + 1)).$((RANDOM % 250 + 1))
# every character that means something to somebody on the way
secret="p:a\\ss's \"w#%o&r\$d"
house_open "listen_addresses = '$loopback'"
account=$house/account
site=$base_url
base_url=$site/registry
longest_query=8000

# --- the host ---------------------------------------------------------------

as_superuser() { "$(postgres_bindir)/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$house/run" -U postgres "$@"; }

# role_and_database NAME
role_and_database() {
	as_superuser -d postgres -v name="$1" -v secret="$secret" <<-'SQL'
	CREATE ROLE :"name" LOGIN PASSWORD :'secret';
	CREATE DATABASE :"name";
	SQL
	as_superuser -d "$1" -v name="$1" <<-'SQL'
	GRANT ALL ON SCHEMA public TO :"name";
	CREATE EXTENSION pg_trgm;
	SQL
}

open_host() {
	mkdir -p "$account/public_html" "$account/src" "$account/bin"
	cp -r "$root"/{LICENSE,README.md,Makefile.am,configure.ac,deploy,sql,src,tests} "$account/src/"
	cat >"$account/bin/crontab" <<-'SH'
	#!/bin/sh
	case $1 in
	-l) cat "$0.lines" 2>/dev/null || { echo "no crontab for $USER" >&2; exit 1; } ;;
	-) cat >"$0.lines" ;;
	*) exit 2 ;;
	esac
	SH
	chmod 755 "$account/bin/crontab"
	echo "17 5 * * * true" >"$account/bin/crontab.lines"
	chmod -R go+rX "$account"
	! am_root || chown -R "$user:$(id -gn "$user")" "$account"
	echo "host all all 127.0.0.1/8 scram-sha-256" >>"$house/pg/pg_hba.conf"
	as_superuser -d postgres -c 'SELECT pg_reload_conf()' >/dev/null
	role_and_database me
}

# serve [BODY-LIMIT]: the host's Apache, anew.
serve() {
	[ -z "${web:-}" ] || webserver_stop shared "$house"
	web=shared
	SHARED_BODY=${1:-} webserver_configure shared "$house" "$port"
	webserver_start shared "$house" "$port" "$user"
}

# --- the account ------------------------------------------------------------

# in_account COMMAND...: with its home, and none of this script's variables.
in_account() {
	as_user "$user" env -i HOME="$account" USER="$user" TERM=dumb \
		PATH="$account/bin:/usr/local/bin:/usr/bin:/bin" \
		ASAN_OPTIONS="$ASAN_OPTIONS" UBSAN_OPTIONS="$UBSAN_OPTIONS" "$@"
}

# installer [OPTION]...: with the programs under test.
installer() { in_account "$account/src/deploy/shared-hosting/install" --programs "$house/bin" "$@"; }

# ends STATUS COMMAND...: it must; what it said is in $out.
ends() {
	local status=0 wanted=$1
	shift
	out=$("$@" 2>&1) || status=$?
	echo "$out"
	is "$status" "$wanted" "exit status"
}

admin() { in_account "$account/entrepot/bin/entrepot-admin" --config "$account/entrepot/entrepot.conf" "$@"; }

# our_processes: of the installation that is served.
our_processes() {
	find /proc -maxdepth 2 -name exe -lname "$account/entrepot/bin/entrepot*" 2>/dev/null | cut -d / -f 3
}

# everything: names, modes, inodes and bytes of what an account has.
everything() {
	(cd "$account" && find . -path ./src -prune -o -path ./entrepot/log -prune -o \
		-type f -printf '%p %m %i ' -exec sha256sum {} \; -o -printf '%p %m\n') | sort
}

open_host
serve || bail "the server did not start"

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
	cd "$account/src"
	export ANSWER=$secret
	ends 3 as_user "$user" env -C "$account/src" HOME="$account" CFLAGS=-O0 \
		PATH="$account/bin:$PATH" "$python" "$account/src/tests/support/terminal.py" "${words[@]}"
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
serve 536870912 || bail "the server did not start"

all_is_well() {
	ends 0 installer --check
	unlike "$out" "NOT ok"
	is "$(grep -c '^ok ' <<<"$out")" 10
}
it "when the host has allowed larger uploads every check is well" all_is_well

private() {
	is "$(stat -c %a "$account/entrepot")" 700
	is "$(stat -c %a "$account"/entrepot/{entrepot.conf,pgpass,data/keys/hex.pem} | sort -u)" 600
	is "$(stat -c %a "$account/public_html/registry/.htaccess")" 644
	is "$(stat -c %a "$account/public_html/registry/entrepot.fcgi")" 755
	[[ $(admin config database) != *"$secret"* ]]
	is "$(find "$account/public_html" -type f | wc -l)" 2
	is "$(grep -rlF "$secret" "$account" --exclude-dir=src || true)" ""
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
serve 536870912 || bail "the server did not start"

again() {
	local before conf=$account/entrepot/entrepot.conf
	as_user "$user" sh -c 'echo "banner = kept" >>"$1"' sh "$conf"
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
	told=$(in_account bash -euc "$(readme 2)" <<<"a long enough password")
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

done_testing
