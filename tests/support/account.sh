# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# An account on a shared host: Apache with mod_fcgid, which lets .htaccess say
# the least that is needed and runs scripts as the account; a home with the
# source tree; a database role with a password, over TCP, that may make tables
# and nothing else. Sourced after house.sh and stock.sh.
#
#	account_open			the house, the home $account, the role "me"
#	host_serve [BODY-LIMIT]		the host's web server, anew
#	host_database NAME		another role and database, with $secret
#	installer [OPTION]...		of the shared-hosting recipe, with the programs under test
#	in_account COMMAND...		as a login there
#	$account $site $loopback	home, address of the web server, PostgreSQL's host
#	$secret $account/secret		the role's password, and a file that holds it

account_open() {
	stock_installed shared || skip_all "Apache with mod_fcgid is not installed"
	# an address of this script alone, on which the usual port is free
	loopback=127.$((RANDOM % 200 + 20)).$((RANDOM % 250 + 1)).$((RANDOM % 250 + 1))
	# every character that means something to somebody on the way
	secret="p:a\\ss's \"w#%o&r\$d"
	house_open "listen_addresses = '$loopback'"
	account=$house/account
	site=$base_url
	mkdir -p "$account/public_html" "$account/src" "$account/bin"
	cp -r "$root"/{LICENSE,README.md,Makefile.am,configure.ac,deploy,sql,src,tests} "$account/src/"
	account_crontab
	printf '%s\n' "$secret" >"$account/secret"
	chmod -R go+rX "$account"
	! am_root || chown -R "$user:$(id -gn "$user")" "$account"
	echo "host all all 127.0.0.1/8 scram-sha-256" >>"$house/pg/pg_hba.conf"
	as_superuser -d postgres -c 'SELECT pg_reload_conf()' >/dev/null
	host_database me
	# from here on of the installation, no longer of the house
	sql() { as_superuser -d me -c "$1"; }
	admin() { in_account "$account/entrepot/bin/entrepot-admin" --config "$account/entrepot/entrepot.conf" "$@"; }
}

# A crontab that does not reach the one of this machine's user.
account_crontab() {
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
}

as_superuser() { "$(postgres_bindir)/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$house/run" -U postgres "$@"; }

host_database() {
	as_superuser -d postgres -v name="$1" -v secret="$secret" <<-'SQL'
	CREATE ROLE :"name" LOGIN PASSWORD :'secret';
	CREATE DATABASE :"name";
	SQL
	as_superuser -d "$1" -v name="$1" <<-'SQL'
	GRANT ALL ON SCHEMA public TO :"name";
	SQL
}

host_serve() {
	[ -z "${web:-}" ] || webserver_stop shared "$house"
	web=shared
	SHARED_BODY=${1:-} webserver_configure shared "$house" "$port"
	webserver_start shared "$house" "$port" "$user"
}

# With its home, and none of this script's variables.
in_account() {
	as_user "$user" env -i HOME="$account" USER="$user" TERM=dumb \
		PATH="$account/bin:/usr/local/bin:/usr/bin:/bin" \
		ASAN_OPTIONS="$ASAN_OPTIONS" UBSAN_OPTIONS="$UBSAN_OPTIONS" "$@"
}

installer() {
	in_account "$account/src/deploy/shared-hosting/install" --programs "$house/bin" "$@"
}

# account_everything: names, modes and bytes of what the account has, but logs.
account_everything() {
	(cd "$account" && find . -path ./src -prune -o -path ./entrepot/log -prune -o \
		-type f -printf '%p %m %i ' -exec sha256sum {} \; -o -printf '%p %m\n') | sort
}

# ends STATUS COMMAND...: it must; what it said is in $out.
ends() {
	local status=0 wanted=$1
	shift
	out=$("$@" 2>&1) || status=$?
	echo "$out"
	is "$status" "$wanted" "exit status"
}
