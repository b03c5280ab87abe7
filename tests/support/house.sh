# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A whole registry for one test script: a throw-away PostgreSQL cluster, the
# entrepot that was just built, a web server on a free loopback port, accounts
# with tokens. Everything is in $house, which goes away with the script.
#
#	house_open			cluster, schema, Hex key, accounts alice and bob
#	house_set KEY VALUE		a line of entrepot.conf
#	house_start [SERVER]		entrepot behind lighttpd, nginx, apache
#	$base_url $house $alice $bob	address, directory, tokens
#	admin VERB...			entrepot-admin on this registry
#	sql STATEMENT			as the database's owner, bare output

umask 022
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$(dirname "$support")")
# shellcheck source=deploy/lib.sh
. "$root/deploy/lib.sh"
# shellcheck source=deploy/webserver.sh
. "$root/deploy/webserver.sh"
# shellcheck source=tests/support/tap.sh
. "$support/tap.sh"

kit="$support/cratekit.py"
# A sanitizer that stays silent tells nothing: findings end the process and
# are looked for in the log when the house closes.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:exitcode=86}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1:exitcode=86}

# house_build: the build tree under test.
house_build() {
	local dir
	for dir in ${ENTREPOT_BUILD:+"$ENTREPOT_BUILD"} "$PWD" \
		"$root/build/test" "$root/build" "$root/b"; do
		[ -x "$dir/src/entrepot" ] || [ -x "$dir/entrepot" ] || continue
		echo "$dir"
		return
	done
	return 1
}

# house_open [CLUSTER-SETTING...]
house_open() {
	local build program
	build=$(house_build) || bail "entrepot has not been built"
	user=$(daemon_user) || bail "no user for the daemons"
	house=$(mktemp -d /tmp/entrepot-test.XXXXXX) || bail "no directory"
	trap 'house_close $?' EXIT
	trap 'exit 130' INT TERM HUP
	chmod 711 "$house"
	install -d -m 750 "$house"/{pg,data,run,log,tmp,mail}
	am_root && chown "$user:$(id -gn "$user")" "$house"/{pg,data,run,log,tmp,mail}
	mkdir "$house/bin" "$house/pid" "$house/work"
	for program in entrepot entrepot-admin; do
		install -m 755 "$(program_in "$build" "$program")" "$house/bin/" ||
			bail "$program has not been built"
	done
	chmod 700 "$house/pg"
	# fsync guards against a crash of the machine only; synchronous_commit
	# guards against one of PostgreSQL, which faults.t brings about
	cluster_create "$house/pg" "$user" "fsync = off" "full_page_writes = off" \
		"max_connections = 120" "shared_buffers = 64MB" "$@" ||
		bail "no cluster"
	house_postgres_start || bail "no cluster"
	cluster_database "$house/run" entrepot || bail "no database"
	port=$(free_port) || bail "no port"
	base_url=http://127.0.0.1:$port
	house_configure
	admin migrate >"$house/log/migrate.log" 2>&1 ||
		bail "migrate failed: $(tail -n 3 "$house/log/migrate.log")"
	house_hex_key
	alice=$(house_account alice --admin) || bail "no account alice"
	bob=$(house_account bob) || bail "no account bob"
}

# house_hex_key: what signs the Hex repositories.
house_hex_key() {
	admin keys create >"$house/log/keys.log" 2>&1 ||
		bail "no key for Hex: $(tail -n 3 "$house/log/keys.log")"
}

house_configure() {
	cat >"$house/entrepot.conf" <<-CONF
	base_url = $base_url
	database = host=$house/run user=entrepot dbname=entrepot
	data_dir = $house/data
	mail_dir = $house/mail
	listen = $house/run/entrepot.sock
	workers = 3
	log = $house/log/entrepot.log
	CONF
	am_root && house_set user "$user"
	chmod 644 "$house/entrepot.conf"
}

house_set() { conf_set "$house/entrepot.conf" "$1" "$2"; }

house_postgres_start() {
	cluster_start "$house/pg" "$house/run" "$house/pid/postgres" \
		"$house/log/postgres.log" "$user"
}

# house_postgres_stop [SIGNAL]: INT is a fast, QUIT an immediate shutdown.
house_postgres_stop() { process_stop "$house/pid/postgres" "${1:-INT}" 20; }

# house_account NAME [OPTION]...: prints a token with every scope.
house_account() {
	local name=$1
	shift
	printf 'correct horse battery %s\n' "$name" |
		admin user add "$name" --email "$name@example.org" --confirmed \
			"$@" --password-stdin >/dev/null || return 1
	house_token "$name"
}

# house_token USER [OPTION]...: prints a fresh token.
house_token() {
	local name=$1
	shift
	admin token add --user "$name" --name "t$RANDOM$RANDOM" "$@" --json |
		sed -n 's/.*"token" *: *"\([^"]*\)".*/\1/p' | grep .
}

admin() { "$house/bin/entrepot-admin" --config "$house/entrepot.conf" "$@"; }

sql() {
	"$(postgres_bindir)/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$house/run" \
		-U entrepot -d entrepot -c "$1"
}

# house_start [SERVER]: some servers start entrepot by themselves.
house_start() {
	web=${1:-lighttpd}
	house_set sendfile "$(webserver_sendfile "$web")"
	[ "$web" = nginx ] && house_set sendfile_prefix /_blobs/
	case $web in
	fcgid | shared | spawned) ;;
	*) entrepot_start || return 1 ;;
	esac
	webserver_configure "$web" "$house" "$port"
	webserver_start "$web" "$house" "$port" "$user" || return 1
	wait_until 20 house_ready
}

house_ready() { curl -fsS -o /dev/null -m 5 "$base_url/-/ready" 2>/dev/null; }

# house_recovered: PostgreSQL is back for all workers. One that tried while it
# was away answers 503 until its pause is over, a second at most.
house_recovered() {
	wait_until 30 house_ready && sleep 1.1
}

# house_break_until FILE: until it appears, kills a worker every so often, and in
# the middle restarts PostgreSQL without letting it finish anything.
house_break_until() {
	local number=0
	until [ -e "$1" ]; do
		sleep 0.15
		kill -KILL "$(entrepot_workers | shuf -n 1)" 2>/dev/null
		number=$((number + 1))
		if [ "$number" -eq 6 ]; then
			house_postgres_stop QUIT
			sleep 0.3
			house_postgres_start
		fi
	done
}

house_stop() {
	webserver_stop "${web:-lighttpd}" "$house"
	entrepot_stop
}

# entrepot_start [OPTION]...
entrepot_start() {
	rm -f "$house/run/entrepot.sock"
	process_start "$house/pid/entrepot" "$house/log/entrepot.err" "$user" \
		"$house/bin/entrepot" --config "$house/entrepot.conf" "$@"
	wait_until 20 entrepot_up_or_dead
	process_alive "$house/pid/entrepot" >/dev/null
}

entrepot_up_or_dead() {
	[ -S "$house/run/entrepot.sock" ] ||
		process_gone "$house/pid/entrepot"
}

entrepot_stop() { process_stop "$house/pid/entrepot" TERM 30; }

# entrepot_signal SIGNAL: to the master.
entrepot_signal() {
	kill -s "$1" "$(process_alive "$house/pid/entrepot")"
}

# entrepot_workers: pids of the master's children that serve.
entrepot_workers() {
	pgrep -x entrepot-worker -P "$(process_alive "$house/pid/entrepot")"
}

# entrepot_reload: returns when no worker of before is left.
entrepot_reload() {
	local before
	before=$(entrepot_workers)
	entrepot_signal HUP
	wait_until 20 entrepot_renewed "$before" && wait_until 10 house_ready
}

entrepot_renewed() {
	local now
	now=$(entrepot_workers)
	[ -n "$now" ] && [ -z "$(grep -Fx "$1" <<<"$now")" ]
}

# house_findings: what a sanitizer wrote, if anything.
house_findings() {
	grep -hE -A 30 'ERROR: (Address|Leak)Sanitizer|runtime error:' \
		"$house"/log/* 2>/dev/null | head -n 60
}

house_close() {
	local status=$1 findings
	trap - EXIT
	[ -n "${web:-}" ] && webserver_stop "$web" "$house"
	entrepot_stop
	house_postgres_stop QUIT
	findings=$(house_findings)
	if [ -n "$findings" ]; then
		printf '%s\n' "$findings" | sed 's/^/# /'
		echo "Bail out! a sanitizer found something"
		status=1
	fi
	if [ -n "${KEEP_HOUSE:-}" ]; then
		echo "# kept $house"
	else
		rm -rf "$house"
	fi
	exit "$status"
}

# http METHOD PATH [CURL-OPTION]...: prints the status; headers and body are
# left in $house/work/{headers,body}. The path goes out as it is.
http() {
	local method=$1 path=$2
	shift 2
	: >"$house/work/body"
	[ "$method" = HEAD ] && set -- --head "$@"
	curl -sS -m 60 --path-as-is -X "$method" -D "$house/work/headers" \
		-o "$house/work/body" -w '%{http_code}' "$@" "$base_url$path"
}

# header NAME: of the last answer, when there were redirects.
header() {
	awk '/^HTTP\// { delete seen } { i = index($0, ":"); seen[tolower(substr($0, 1, i - 1))] = substr($0, i + 2) }
		END { printf "%s", seen[name] }' name="${1,,}" "$house/work/headers" | tr -d '\r'
}

body() { cat "$house/work/body"; }
