#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A shared host as there are many: Debian's Apache as root with prefork and
# suexec, mod_fcgid, the accounts' pages below their homes, Debian's PostgreSQL and
# crontab; and an account on it that installs a registry. In a machine of its own.

. "$(dirname "$0")/../../support/house.sh"
# shellcheck source=tests/support/machine.sh
. "$support/machine.sh"
. "$support/smoke.sh"

account=/home/me
web_tree=$account/public_html/registry
state=$account/entrepot
password="it is: a \\secret"

# --- the host ---------------------------------------------------------------

database() {
	pg_createcluster 15 main -- --no-sync --locale=C.UTF-8 >/dev/null
	echo "fsync = off" >>/etc/postgresql/15/main/postgresql.conf
	pg_ctlcluster 15 main start
	setpriv --reuid=postgres --regid=postgres --init-groups env -C / \
		psql -X -q -v ON_ERROR_STOP=1 -v password="$password" <<-'SQL'
	CREATE ROLE me LOGIN PASSWORD :'password';
	CREATE DATABASE me;
	\connect me
	GRANT ALL ON SCHEMA public TO me;
	SQL
}

# apache: two sites, of which one has the account's home pages only.
apache() {
	printf '%s\n' /home public_html >/etc/apache2/suexec/www-data
	a2dismod -q mpm_event xsendfile
	a2enmod -q mpm_prefork suexec fcgid rewrite userdir
	rm -f /etc/apache2/mods-enabled/userdir.conf
	cat >/etc/apache2/sites-available/me.conf <<-'CONF'
	<VirtualHost *:80>
		ServerName registry.example
		DocumentRoot /home/me/public_html
		SuexecUserGroup me me
		FcgidMaxRequestLen 134217728
	</VirtualHost>
	<VirtualHost *:80>
		ServerName localhost
		UserDir public_html
		FcgidMaxRequestLen 134217728
	</VirtualHost>
	<Directory /home/*/public_html>
		AllowOverride FileInfo Options=ExecCGI
		Require all granted
	</Directory>
	CONF
	a2dissite -q 000-default
	a2ensite -q me
	apachectl start
}

host() {
	database
	useradd --create-home --shell /bin/bash me
	chmod 711 "$account"
	as_me mkdir -m 755 public_html
	as_me mkdir src bin
	cp -r "$root/deploy" "$account/src/"
	cp "$(program_in "$build" entrepot)" "$(program_in "$build" entrepot-admin)" "$account/bin/"
	chown -R me:me "$account"
	apache
}

as_me() {
	setpriv --reuid=me --regid=me --init-groups env -i -C "$account" HOME="$account" USER=me LOGNAME=me \
		PATH=/usr/local/bin:/usr/bin:/bin TERM=dumb "$@"
}

# --- the account ------------------------------------------------------------

installer() {
	as_me env PGPASSWORD="$password" src/deploy/shared-hosting/install --programs bin "$@" >"$house/work/said" 2>&1
}

admin() { as_me "$state/bin/entrepot-admin" --config "$state/entrepot.conf" "$@"; }

installs() {
	installer --base-url "$base_url" --db-host localhost || { cat "$house/work/said"; false; }
	unlike "$(cat "$house/work/said")" "NOT ok"
	is "$(http GET /-/ready)" 200
	[ "$(our_processes)" ]
	for pid in $(our_processes); do
		is "$(stat -c %U "/proc/$pid")" me
	done
}

others_stay_out() {
	local file
	for file in entrepot.conf pgpass data/keys/hex.pem; do
		fails setpriv --reuid=www-data --regid=www-data --clear-groups cat "$state/$file"
	done
	fails setpriv --reuid=www-data --regid=www-data --clear-groups ls "$state/data/blobs"
}

publishes() {
	alice=$(house_account alice --admin)
	publish_crate steady 1.0.0
	publish_crate larger 1.0.0 --weight 3000000
	is "$(http GET /api/v1/crates/larger/1.0.0/download -L)" 200
	is "$(pykit upload "$base_url" "$alice" --pad 3000000 steady-py 1.0)" 200
	is "$(http GET /simple/steady-py/)" 200
	hextar steady_hex 1.0.0 >"$house/work/tarball"
	is "$(http POST /api/publish -H "Authorization: $alice" -H 'Content-Type: application/octet-stream' \
		--data-binary "@$house/work/tarball")" 201
	is "$(http GET /repo/tarballs/steady_hex-1.0.0.tar)" 200
	cmp "$house/work/body" "$house/work/tarball"
	echo "$alice" >"$house/work/token"
}

has_crontab() {
	as_me crontab -l
	is "$(as_me crontab -l | grep -c "entrepot in $state")" 2
	is "$(as_me env -i HOME="$account" PATH=/usr/bin:/bin \
		/bin/sh -c "$(as_me crontab -l | sed -n '/jobs run/s/^\([^ ]* \)\{5\}//p')" 2>&1)" ""
}

# in_use looks at the status of it all only
upgrades() {
	echo "another build" >>"$account/bin/entrepot"
	installer && unlike "$(cat "$house/work/said")" "NOT ok" &&
		cmp "$account/bin/entrepot" "$program" && wait_until 20 all_are_new
}

upgrades_in_use() {
	alice=$(cat "$house/work/token")
	in_use 0 upgrades
}

# Apache ends the processes; those of its configuration before may not stay.
restarts() {
	apachectl restart
	wait_until 20 house_ready
}
survives_restart() {
	restarts
	is "$(http GET /index/st/ea/steady)" 200
	is "$(http GET /repo/tarballs/steady_hex-1.0.0.tar)" 200
}

home_page() {
	base_url=http://localhost/~me/registry
	installer --base-url "$base_url"
	is "$(http GET /index/config.json)" 200
	is "$(body | jq -r .api)" "$base_url"
	for pid in $(our_processes); do
		is "$(stat -c %U "/proc/$pid")" me
	done
	alice=$(cat "$house/work/token")
	publish_crate home-page 1.0.0
}

too_open() {
	base_url=http://localhost/~me/registry
	as_me chmod 775 "$web_tree"
	kill $(our_processes)
	wait_until 20 no_processes
	fails installer --check
	has "$(cat "$house/work/said")" "NOT ok  others may write to $web_tree/entrepot.fcgi or its directory"
	has "$(cat "$house/work/said")" "status 500"
	as_me chmod 755 "$web_tree"
	installer --check
}

no_processes() { [ -z "$(our_processes)" ]; }

taken_out() {
	installer --uninstall
	[ ! -e "$web_tree" ]
	is "$(as_me crontab -l)" ""
	wait_until 20 no_processes
}

live() {
	cd /
	tap_count=${TAP_COUNT:-0} tap_failed=${TAP_FAILED:-0}
	read -r house build <<<"$1"
	base_url=http://registry.example/registry
	program=$state/bin/entrepot
	# shellcheck source=tests/support/upkeep.sh
	. "$support/upkeep.sh"
	# not in the condition itself, where no failure would end it
	(set -e; host) >"$house/work/host.log" 2>&1 &
	wait $! || { tail -n 5 "$house/work/host.log"; bail "no host"; }
	it "an account on a host with suexec installs a registry, and every check is well" installs
	it "the web server itself can read neither configuration nor keys" others_stay_out
	it "crates, a Hex package and a wheel are published and fetched" publishes
	it "the host's crontab has the jobs, and its line runs them without a word" has_crontab
	it "run again while clients read and publish it changes to the new program and loses nothing" upgrades_in_use
	it "after a restart of the web server everything is there" survives_restart
	it "below the page of a user it serves as well" home_page
	it "a directory that suexec finds too open is found before the registry is missed" too_open
	it "taken out, it leaves the crontab and the web tree as they were" taken_out
	apachectl stop >/dev/null 2>&1
	done_testing
}

if [ "${1:-}" = live ]; then
	live "$2"
	exit
fi
command -v crontab >/dev/null && [ -e /usr/lib/apache2/suexec-custom ] &&
	[ -e /usr/lib/apache2/modules/mod_fcgid.so ] || skip_all "Apache with mod_fcgid and suexec, or cron, is not installed"
why=$(machine_why_not) && skip_all "$why"
machine_why_not >/dev/null
build=$(house_build) || bail "entrepot has not been built"
house=$(mktemp -d /tmp/entrepot-test.XXXXXX) || bail "no directory"
trap 'status=$?; machine_close; [ "${KEEP_HOUSE:-}" ] || "${machine_sudo[@]}" rm -rf "$house"; exit "$status"' EXIT
trap 'exit 130' INT TERM HUP
mkdir "$house/work"
chmod 755 "$house"
MACHINE_INIT=none machine_open "$house/machine" "$root" "$build" "$house" || bail "the machine did not start"
machine_run bash "$root/tests/e2e/servers/shared_host.t" live "$house $build"
