# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# "systemctl" for a machine that systemd does not run: what it would do with
# entrepot's two installed units, done by hand from their own lines. Sourced
# after lib.sh. Of the service's hardening nothing is tried in this way.

units=/lib/systemd/system/entrepot
units_record=/run/entrepot-by-hand units_log=/run/entrepot-by-hand.log

# unit_says KIND KEY: what the service or the socket says.
unit_says() { sed -n "s/^$2=//p" "$units.$1"; }

systemctl() {
	local verb=$1 signal
	shift
	case $verb in
	enable | start) process_alive "$units_record" >/dev/null || units_start ;;
	stop) process_stop "$units_record" TERM 35 ;;
	restart) process_stop "$units_record" TERM 35; units_start ;;
	reload) MAINPID=$(process_alive "$units_record") sh -c "$(unit_says service ExecReload)" ;;
	show) process_alive "$units_record" ;;
	kill)
		while [ "$1" != entrepot ]; do
			[ "$1" = --signal ] && signal=$2
			shift
		done
		kill -s "$signal" "$(process_alive "$units_record")"
		;;
	*) fail "systemctl $verb: not by hand" ;;
	esac
}

units_start() {
	local user sock command
	user=$(unit_says service User)
	sock=$(unit_says socket ListenStream)
	read -ra command <<<"$(unit_says service ExecStart)"
	mkdir -p "${sock%/*}"
	rm -f "$sock"
	process_start "$units_record" "$units_log" root systemd-socket-activate -l "$sock" \
		setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups "${command[@]}"
	wait_until 10 test -S "$sock"
	chown "$(unit_says socket SocketUser):$(unit_says socket SocketGroup)" "$sock"
	chmod "$(unit_says socket SocketMode)" "$sock"
}
