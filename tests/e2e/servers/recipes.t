#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The recipes of deploy/ as their READMEs have them: every block of commands is
# run word for word, in a machine of its own where /etc, the users, the ports
# and the services are what a fresh Debian has. Only what the text before a
# block asks for is done to it: another file's name, another user. The programs
# are those that were just built; that the line which builds them works is seen
# when the Debian package and the quickstart are made.

. "$(dirname "$0")/../../support/host.sh"

# --- here -------------------------------------------------------------------

recipes_close() {
	trap - EXIT
	machine_close
	if [ -n "${KEEP_HOUSE:-}" ]; then
		echo "# kept $work"
	else
		"${machine_sudo[@]}" rm -rf "$work"
	fi
	exit "$1"
}

in_a_machine() {
	local build=${ENTREPOT_BUILD:-$root/build/test} why program
	for program in nginx lighttpd apache2 supervisord spawn-fcgi pgbouncer pg_createcluster; do
		[ -x "/usr/sbin/$program" ] || [ -x "/usr/bin/$program" ] || skip_all "$program is not installed"
	done
	[ -e /usr/lib/apache2/modules/mod_fcgid.so ] || skip_all "mod_fcgid is not installed"
	why=$(machine_why_not) && skip_all "$why"
	[ -x "$build/src/entrepot" ] || [ -x "$build/entrepot" ] || bail "entrepot has not been built"
	work=$(mktemp -d /tmp/entrepot-recipes.XXXXXX) || bail "no directory"
	trap 'recipes_close $?' EXIT
	trap 'exit 130' INT TERM HUP
	chmod 755 "$work"
	command make -s -o all-am -C "$build" install DESTDIR="$work/programs" prefix=/usr/local >"$work/install.log" 2>&1 ||
		bail "make install: $(tail -n 3 "$work/install.log")"
	machine_open "$work/machine" "$root" "$work" || bail "the machine did not start"
	machine_run bash "$root/tests/e2e/servers/recipes.t" there "$work"
}

# --- there ------------------------------------------------------------------

# The build is there already.
autoreconf() { [ -e configure.ac ]; }
make() {
	case $* in
	"") [ -e Makefile ] ;;
	"-C build install") cp -a "$work/programs/." / ;;
	*) fail "make $*" ;;
	esac
}

# Where systemd cannot be started, the services' own scripts.
by_hand() {
	case $1 in
	start | stop | restart | reload) service "$2" "$1" </dev/null ;;
	*) fail "systemctl $*: not by hand" ;;
	esac
}

# run FOLDER NUMBER [SED-EXPRESSION]...: that block of its README, in the source tree, as it is but for these.
run() {
	local words=() expression
	for expression in "${@:3}"; do words+=(-e "$expression"); done
	recipe "$1" "$2" >"$work/block"
	[ -s "$work/block" ]
	echo "$1 $2" >>"$work/ran"
	[ "${#words[@]}" -eq 0 ] || sed -i "${words[@]}" "$work/block"
	cd "$work/source"
	. "$work/block"
}

# settings FILE: what stands at its top, "key = value" or "key = value, or another".
settings() {
	local key value
	while read -r key value; do
		conf_set "$conf" "$key" "$value"
	done < <(sed -nE 's/^[#;](   |\t)([a-z_]+) = ([^,]*).*/\2 \3/p' "$root/deploy/$1")
}

surroundings() {
	rm -f /etc/nginx/conf.d/* /etc/supervisor/conf.d/* /etc/lighttpd/conf-enabled/50-*
	mkdir "$work/source"
	cp -r "$root/deploy" "$root/configure.ac" "$work/source/"
	printf '#!/bin/sh\ntouch Makefile\n' >"$work/source/configure"
	chmod 755 "$work/source/configure"
	# as at boot
	systemd-tmpfiles --create >/dev/null 2>&1
	if [ "$MACHINE_INIT" = systemd ]; then
		# a sanitizer looks for leaks in ways that the unit forbids
		systemctl set-environment ASAN_OPTIONS=detect_leaks=0
		systemctl daemon-reload
	else
		systemctl() { by_hand "$@"; }
	fi
	systemctl start supervisor && systemctl start nginx
}

# The installation of deploy/README.md, with the accounts it speaks of.
install_as() {
	run . 1
	run . 2 "s/^as=entrepot$/as=$1/" "$([ "$1" = entrepot ] || echo /useradd/d)"
	conf_set "$conf" base_url "$url"
	conf_set "$conf" crates_rate_limits no
	is "$(owner "$conf")" "root:$1 640"
	run . 3 <<<'correct horse battery staple' >"$work/said"
	grep -o 'cio[A-Za-z0-9]*' "$work/said" >"$work/token"
}

install_again() {
	systemctl stop nginx
	runuser -u postgres -- dropdb --force entrepot
	rm -rf /etc/entrepot /var/lib/entrepot /run/entrepot "$work/source/build"
	install_as www-data
}

all_are_new() {
	local pid seen=
	# some are there only when there is something to do
	ready || return 1
	for pid in $(pgrep '^entrepot'); do
		of_now "$pid" || return 1
		seen=1
	done
	[ "$seen" ]
}

# upgraded NAME FOLDER NUMBER: by that block, and it serves.
upgraded() {
	rm -f "$work/programs/usr/local/bin/new"
	cp "$work/programs/usr/local/bin/entrepot" "$work/programs/new" && mv "$work/programs/new" "$work/programs/usr/local/bin/entrepot"
	rm -f /usr/local/bin/entrepot
	hash -r
	run "$2" "$3"
	wait_until 30 all_are_new || { ps -ef | grep entrepot; journalctl -u entrepot | grep -v msg=request | tail -n 20; fail "not the new program"; }
	publish "$1"
}

# --- what keeps it running --------------------------------------------------

# entrepot_conf [FILE]: what the file in use before wanted is taken out, what this one wants is put in.
entrepot_conf() {
	sed -i '/^\(listen\|socket_group\|workers\) /d' "$conf"
	[ -z "${1:-}" ] || settings "$1"
}

supervised() {
	supervisorctl status >"$work/status"
	! grep -v RUNNING "$work/status" && [ -s "$work/status" ]
}

kept_by_systemd() {
	entrepot_conf
	run systemd 1
	run systemd 2
}
kept_by_supervised_processes() {
	entrepot_conf
	run supervisor 1
	wait_until 20 supervised
	run supervisor 2
}
kept_by_a_supervised_master() {
	entrepot_conf supervisor/program.conf
	run supervisor 1 's/fcgi-program\.conf/program.conf/'
	wait_until 20 supervised
	run supervisor 2
}
kept_by_spawn_fcgi() {
	entrepot_conf
	# it stays in the foreground
	run spawn-fcgi 1 >"$work/spawn.log" 2>&1 &
	wait_until 20 pgrep -x entrepot-worker || { cat "$work/spawn.log"; fail "no workers"; }
	run spawn-fcgi 2
}

let_go() {
	case $1 in
	systemd)
		systemctl disable --now entrepot.service entrepot.socket
		rm /etc/systemd/system/entrepot.{service,socket}
		systemctl daemon-reload
		;;
	supervisor)
		rm /etc/supervisor/conf.d/entrepot.conf
		supervisorctl update
		;;
	spawn-fcgi) pkill -TERM -o -x entrepot ;;
	esac
	wait_until 40 none_left
	rm -rf /run/entrepot
}
none_left() { ! pgrep '^entrepot'; }

# --- in front ---------------------------------------------------------------

# in_front SERVER FILE [SED-EXPRESSION]...: the first two blocks of its README.
in_front() {
	local server=$1
	for other in nginx lighttpd apache2; do
		[ "$other" = "$server" ] || systemctl stop "$other"
	done
	systemctl start "$server"
	sed -i '/^sendfile_prefix /d' "$conf"
	settings "$2"
	rm -f /etc/lighttpd/conf-enabled/50-entrepot.conf
	run "${2%/*}" 1 "${@:3}"
}
answers() {
	wait_until 20 ready || { tail -n 5 /var/log/{nginx,lighttpd,apache2}/error.log; fail "not ready"; }
	run "$1" 2 | jq -e .dl
}

behind_nginx() { in_front nginx nginx/entrepot.conf; }
behind_lighttpd() { in_front lighttpd lighttpd/external.conf; }
behind_apache() { in_front apache2 apache/proxy-fcgi.conf; }
spawned_by_lighttpd() { entrepot_conf; in_front lighttpd lighttpd/spawned.conf 's/external\.conf/spawned.conf/'; }
started_by_apache() {
	entrepot_conf
	a2dismod -q proxy_fcgi buffer
	in_front apache2 apache/fcgid.conf 's/proxy-fcgi\.conf/fcgid.conf/; s/proxy_fcgi buffer/fcgid/'
}

# --- PgBouncer, backup ------------------------------------------------------

pooled() {
	run pgbouncer 1
	settings pgbouncer/pgbouncer.ini
	wait_until 20 test -S /var/run/postgresql/.s.PGSQL.6432
	runuser -u entrepot -- entrepot-admin --config "$conf" user list
}
backed_up_past_it() {
	export PGPASSWORD=...
	run pgbouncer 2
	rm -r /var/backups/entrepot
	conf_set "$conf" database "dbname=entrepot"
	conf_set "$conf" prepared yes
}

# The registry goes, and comes back from the copy.
restored() {
	run . 4
	run . 5
	[ -s "$(echo /var/backups/entrepot.20*)/manifest.json" ]
	systemctl stop pgbouncer
	runuser -u postgres -- dropdb --force entrepot
	rm -rf /var/lib/entrepot/*
	runuser -u postgres -- createdb -O entrepot -E UTF8 -T template0 entrepot
	run . 6
	runuser -u entrepot -- entrepot-admin --config "$conf" verify
}

# --- all of it --------------------------------------------------------------

# Each block of each README was run, but for those that have a test of their own.
nothing_left_out() {
	local readme number
	for readme in "$root"/deploy/README.md "$root"/deploy/*/README.md; do
		readme=${readme%/README.md} readme=${readme#"$root"/deploy}
		case $readme in /debian | /shared-hosting) continue ;; esac
		for number in $(seq "$(grep -c '^```sh$' "$root/deploy$readme/README.md")"); do
			grep -Fqx "${readme:-/.} $number" <(sed 's|^|/|' "$work/ran") ||
				fail "nobody ran block $number of deploy$readme/README.md"
		done
	done
}

live() {
	work=$1
	host_begin
	surroundings >"$work/surroundings.log" 2>&1 || { tail -n 5 "$work/surroundings.log"; bail "the machine is not as it should be"; }
	it "the installation's commands make a registry with an account" install_as entrepot

	it "nginx takes its recipe" behind_nginx
	if [ "$MACHINE_INIT" = systemd ]; then
		it "systemd starts its recipe" kept_by_systemd
		it "systemd behind nginx works as the README wants to see it" answers nginx
		it "systemd behind nginx serves what is published" publish one-first
		it "systemd upgrades as the README says" upgraded one-then systemd 3
		it "systemd stops it" let_go systemd
	else
		it "systemd starts its recipe" skip "systemd cannot be started here"
	fi

	it "lighttpd takes its recipe" behind_lighttpd
	it "supervisor starts processes from its recipe" kept_by_supervised_processes
	it "supervisor's processes behind lighttpd work as the README wants to see it" answers lighttpd
	it "supervisor's processes behind lighttpd serve what is published" publish two-first
	it "supervisor's processes are upgraded as the README says" upgraded two-then supervisor 3
	it "supervisor stops them" let_go supervisor

	it "Apache takes its recipe" behind_apache
	it "supervisor starts a master from its recipe" kept_by_a_supervised_master
	it "supervisor's master behind Apache works as the README wants to see it" answers apache
	it "supervisor's master behind Apache serves what is published" publish three-first
	it "supervisor's master is upgraded as the README says" upgraded three-then supervisor 4
	it "supervisor stops it" let_go supervisor

	it "nginx takes its recipe once more" behind_nginx
	it "PgBouncer takes its recipe" pooled
	it "spawn-fcgi starts its recipe" kept_by_spawn_fcgi
	it "spawn-fcgi with PgBouncer behind nginx serves what is published" publish four-first
	it "spawn-fcgi's master is upgraded as the README says" upgraded four-then spawn-fcgi 3
	it "a backup is made past PgBouncer as the README says" backed_up_past_it
	it "spawn-fcgi's master ends" let_go spawn-fcgi
	it "a backup is made, and restored, as the README says" restored

	it "the installation's commands do for the web server's user" install_again
	it "lighttpd starts its recipe by itself" spawned_by_lighttpd
	it "lighttpd by itself works as the README wants to see it" answers lighttpd
	it "lighttpd by itself serves what is published" publish five-first
	it "lighttpd's processes are upgraded as the README says" upgraded five-then lighttpd 3
	it "Apache starts its recipe by itself" started_by_apache
	it "Apache by itself works as the README wants to see it" answers apache
	it "Apache by itself serves what is published" publish six-first
	it "Apache's processes are upgraded as the README says" upgraded six-then apache 3

	[ "$MACHINE_INIT" != systemd ] || it "no README has commands that were not run" nothing_left_out
	done_testing
}

if [ "${1:-}" = there ]; then
	live "$2"
	exit
fi
in_a_machine
