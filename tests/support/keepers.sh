# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What keeps entrepot running behind a web server, from the recipes of deploy/
# with the house's paths and users. Sourced after house.sh, used once the house
# is open.
#
#	keeper_start KIND	fcgi-program, program (both of supervisor), spawn-fcgi,
#				systemd (what its unit starts, on a socket that is held),
#				activated (the same, passed on by systemd's own program)
#	keeper_stop		ends it and what it started
#	keeper_front SERVER	lighttpd, nginx or apache in front of it
#	ctl VERB...		supervisorctl

keeper_socket=$house/run/entrepot.sock

# keeper_fit FILE: the recipe with our paths and users.
keeper_fit() {
	recipe_fit "$1" "$house" "$port" |
		sed "s/\(user=\|owner=\|-u \)entrepot/\1$user/; s/www-data/$(id -gn "$user")/"
}

# keeper_installed KIND
keeper_installed() {
	case $1 in
	fcgi-program | program) command -v supervisord >/dev/null ;;
	spawn-fcgi) command -v spawn-fcgi >/dev/null ;;
	systemd) true ;;
	activated) command -v systemd-socket-activate >/dev/null ;;
	esac
}

# keeper_start KIND: what the recipe wants in entrepot.conf is put there.
keeper_start() {
	rm -f "$keeper_socket"
	house_set listen ""
	house_set workers 0
	case $1 in
	program)
		house_set listen "$keeper_socket"
		house_set workers 3
		;;
	systemd | activated) house_set workers 3 ;;
	esac
	"keeper_start_${1//-/_}" "$1"
	wait_until 20 test -S "$keeper_socket"
}

keeper_stop() { process_stop "$house/pid/keeper" TERM 40; }

keeper_start_fcgi_program() { keeper_supervise "$1"; }
keeper_start_program() { keeper_supervise "$1"; }

keeper_supervise() {
	{
		printf '[supervisord]\nnodaemon=true\nlogfile=%s\npidfile=%s\nchildlogdir=%s\n' \
			"$house/log/supervisor.log" "$house/run/supervisor.pid" "$house/log"
		printf '[unix_http_server]\nfile=%s\n' "$house/run/supervisor.sock"
		printf '[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n'
		printf '[supervisorctl]\nserverurl=unix://%s\n' "$house/run/supervisor.sock"
		keeper_fit "supervisor/$1.conf"
	} >"$house/supervisor.conf"
	process_start "$house/pid/keeper" "$house/log/supervisor.err" "$user" \
		/usr/bin/supervisord -c "$house/supervisor.conf"
}
ctl() { as_user "$user" /usr/bin/supervisorctl -c "$house/supervisor.conf" "$@"; }

keeper_start_spawn_fcgi() {
	keeper_fit spawn-fcgi/entrepot >"$house/bin/spawn"
	# nobody but root may become another user
	sed -i 's/ -[UGug] [^ ]*//g' "$house/bin/spawn"
	chmod 755 "$house/bin/spawn"
	process_start "$house/pid/keeper" "$house/log/spawn.log" "$user" "$house/bin/spawn"
}

# keeper_unit_command: what the service's unit starts, one word per line.
keeper_unit_command() { keeper_fit systemd/entrepot.service | sed -n 's/^ExecStart=//p' | tr ' ' '\n'; }

keeper_start_systemd() {
	local command
	install -m 755 "$support/fcgi.py" "$house/bin/"
	mapfile -t command < <(keeper_unit_command)
	process_start "$house/pid/keeper" "$house/log/holder.log" "$user" \
		"$python" "$house/bin/fcgi.py" hold "$keeper_socket" "${command[@]}"
}

# It becomes what it starts, at the first connection.
keeper_start_activated() {
	local command
	mapfile -t command < <(keeper_unit_command)
	process_start "$house/pid/keeper" "$house/log/activated.log" "$user" systemd-socket-activate \
		-E ASAN_OPTIONS -E UBSAN_OPTIONS -l "$keeper_socket" "${command[@]}"
}

keeper_front() {
	web=$1
	house_set sendfile "$(webserver_sendfile "$web")"
	house_set sendfile_prefix ""
	[ "$web" = nginx ] && house_set sendfile_prefix /_blobs/
	webserver_configure "$web" "$house" "$port"
	webserver_start "$web" "$house" "$port" "$user"
}
