# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Further application machines beside the house: processes, sockets and, when
# wanted, databases and data of their own; PostgreSQL is the house's. Sourced
# after house.sh, used once the house is open.
#
#	annex_open NAME			the directory $house/NAME, set up like the house
#	annex_set NAME KEY VALUE	a line of its entrepot.conf
#	annex_start NAME		its entrepot
#	annex_web NAME SERVER		a web server in front of it, on annex_port[NAME]
#	annex_admin NAME VERB...	entrepot-admin there

declare -A annex_port

annex_open() {
	local annex=$house/$1
	mkdir "$annex"
	chmod 711 "$annex"
	install -d -m 750 "$annex"/{data,run,log,tmp,mail}
	am_root && chown "$user:$(id -gn "$user")" "$annex"/{data,run,log,tmp,mail}
	mkdir "$annex/pid" "$annex/work"
	annex_port[$1]=$(free_port) || return 1
	cp "$house/entrepot.conf" "$annex/entrepot.conf"
	annex_set "$1" base_url "http://127.0.0.1:${annex_port[$1]}"
	annex_set "$1" data_dir "$annex/data"
	annex_set "$1" mail_dir "$annex/mail"
	annex_set "$1" listen "$annex/run/entrepot.sock"
	annex_set "$1" log "$annex/log/entrepot.log"
	trap 'annexes_status=$?; annexes_close; house_close $annexes_status' EXIT
}

annex_set() { conf_set "$house/$1/entrepot.conf" "$2" "$3"; }

annex_admin() {
	local annex=$house/$1
	shift
	"$house/bin/entrepot-admin" --config "$annex/entrepot.conf" "$@"
}

annex_start() {
	local annex=$house/$1
	rm -f "$annex/run/entrepot.sock"
	process_start "$annex/pid/entrepot" "$annex/log/entrepot.err" "$user" \
		"$house/bin/entrepot" --config "$annex/entrepot.conf"
	wait_until 20 test -S "$annex/run/entrepot.sock"
}

annex_stop() { process_stop "$house/$1/pid/entrepot" TERM 30; }

annex_web() {
	annex_set "$1" sendfile "$(webserver_sendfile "$2")"
	webserver_configure "$2" "$house/$1" "${annex_port[$1]}"
	webserver_start "$2" "$house/$1" "${annex_port[$1]}" "$user"
}

# Its logs go to the house's, where sanitizers' findings are looked for.
annexes_close() {
	local name server log
	for name in "${!annex_port[@]}"; do
		# its record tells what a test started in a subshell
		for server in lighttpd nginx apache; do
			[ -e "$house/$name/pid/$server" ] && webserver_stop "$server" "$house/$name"
		done
		annex_stop "$name"
		for log in "$house/$name/log"/*; do
			[ -e "$log" ] && cp "$log" "$house/log/$name-${log##*/}"
		done
	done
}
