# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What quickstart and the tests share: packages, the build, the unprivileged
# user, processes that are remembered by pid and start time, and a private
# PostgreSQL cluster that listens on a Unix socket only.
#
# Sourced by bash 5. A function that fails says why on stderr and returns
# non-zero; none of them exits.

say()  { printf '%s\n' "$*"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die()  { warn "$*"; exit 1; }

am_root() { [ "$(id -u)" -eq 0 ]; }

# --- packages ---------------------------------------------------------------

# packages_of FILE SECTION...: one line per package, alternatives kept.
packages_of() {
	local file=$1
	shift
	awk -v wanted=" $* " '
		/^[ \t]*(#|$)/ { next }
		/^\[/ { gsub(/[][ \t]/, ""); on = index(wanted, " " $0 " "); next }
		on { print }' "$file"
}

package_present() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# packages_missing FILE SECTION...: the names that would have to be installed.
packages_missing() {
	local line name found
	packages_of "$@" | while IFS= read -r line; do
		found=
		for name in ${line//|/ }; do
			package_present "$name" && found=1 && break
		done
		[ "$found" ] || printf '%s\n' "${line%% *}"
	done
}

# packages_install FILE SECTION...: does nothing when nothing is missing.
packages_install() {
	local missing sudo= log status=0
	mapfile -t missing < <(packages_missing "$@")
	[ "${#missing[@]}" -eq 0 ] && return 0
	if ! am_root; then
		if ! sudo -n true 2>/dev/null; then
			warn "missing packages; install them with:"
			warn "  sudo apt-get install ${missing[*]}"
			return 1
		fi
		sudo=sudo
	fi
	say "Installing ${missing[*]}"
	log=$(mktemp)
	if ! packages_apt "${missing[@]}" >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		warn "could not install ${missing[*]}"
		status=1
	fi
	rm -f "$log"
	return $status
}

# Debian starts a freshly installed server at once; a private instance is all
# that is wanted here, so such starts are refused while this runs.
packages_apt() (
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		trap '$sudo rm -f "$policy"' EXIT
		trap 'exit 130' INT TERM HUP
		printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
		$sudo chmod 755 "$policy"
	fi
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq update
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
		-o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 \
		--no-install-recommends install "$@"
)

# --- the unprivileged user --------------------------------------------------

# daemon_user [create]: who runs the daemons. An ordinary user is that itself;
# root uses "entrepot", created when asked to, else an existing service user.
daemon_user() {
	local name
	if ! am_root; then
		id -un
		return
	fi
	if [ "${1:-}" = create ] && ! id entrepot >/dev/null 2>&1; then
		useradd --system --user-group --home-dir /nonexistent \
			--shell /usr/sbin/nologin entrepot >&2 || true
	fi
	for name in entrepot postgres nobody; do
		id "$name" >/dev/null 2>&1 && echo "$name" && return
	done
	warn "no unprivileged user to run the daemons as"
	return 1
}

# as_user USER COMMAND...: runs it as USER, and keeps nothing of root's but the
# right to bind a low port when LOW_PORT is set. The working directory, which
# USER may not be able to see, becomes the root.
as_user() {
	local user=$1 caps=()
	shift
	if ! am_root; then
		"$@"
		return
	fi
	if [ -n "${LOW_PORT:-}" ]; then
		caps=(--inh-caps=-all,+net_bind_service
			--ambient-caps=+net_bind_service)
	fi
	setpriv --reuid="$user" --regid="$(id -gn "$user")" --init-groups \
		"${caps[@]}" env -C / HOME=/nonexistent USER="$user" \
		LOGNAME="$user" "$@"
}

# reachable USER DIR: can USER enter DIR?
reachable() {
	as_user "$1" sh -c 'cd -- "$1" 2>/dev/null' sh "$2"
}

# --- processes --------------------------------------------------------------

# A pid may be somebody else's by the time we look again; with its start time
# (field 22 of /proc/PID/stat) it is not. The record is "PID STARTTIME".

process_birth() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	# the second field may contain spaces: count from its closing bracket
	set -- ${stat##*) }
	[ "$1" != Z ] && echo "${20}"
}

# process_alive RECORD: prints the pid when it still runs.
process_alive() {
	local pid birth
	[ -r "$1" ] && read -r pid birth <"$1" && [ "$birth" ] &&
		[ "$(process_birth "$pid")" = "$birth" ] && echo "$pid"
}

# process_start RECORD LOG USER COMMAND...: in a session of its own, so that
# Ctrl-C in the terminal reaches only us. USER opens the log: root would follow
# whatever link it finds there.
process_start() {
	local record=$1 log=$2 user=$3 pid caps=()
	shift 3
	# shellcheck disable=SC2016
	set -- sh -c 'cd / && exec >>"$0" 2>&1 && exec "$@"' "$log" "$@"
	if am_root; then
		[ -n "${LOW_PORT:-}" ] && caps=(
			--inh-caps=-all,+net_bind_service
			--ambient-caps=+net_bind_service)
		set -- setpriv --reuid="$user" --regid="$(id -gn "$user")" \
			--init-groups "${caps[@]}" env HOME=/nonexistent \
			USER="$user" LOGNAME="$user" "$@"
	fi
	# descriptor 9 is the caller's lock
	setsid "$@" </dev/null >/dev/null 9>&- &
	pid=$!
	disown "$pid" 2>/dev/null || true
	printf '%s %s\n' "$pid" "$(process_birth "$pid")" >"$record"
}

# process_stop RECORD [SIGNAL [SECONDS]]: ends it, by force when it does not
# listen, and forgets the record.
process_stop() {
	local record=$1 signal=${2:-TERM} seconds=${3:-20} pid
	if pid=$(process_alive "$record"); then
		kill -s "$signal" "$pid" 2>/dev/null
		if ! wait_until "$seconds" process_gone "$record"; then
			warn "pid $pid did not end within $seconds s, killing it"
			kill -s KILL "$pid" 2>/dev/null
			wait_until 5 process_gone "$record"
		fi
	fi
	rm -f "$record"
}

process_gone() { ! process_alive "$1" >/dev/null; }

# wait_until SECONDS COMMAND...: polls twenty times a second.
wait_until() {
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@"; do
		[ "$SECONDS" -ge "$end" ] && return 1
		sleep 0.05
	done
}

# --- ports ------------------------------------------------------------------

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port: a loopback port nobody answers on, outside the ephemeral range.
free_port() {
	local port tries=0
	while [ $((tries += 1)) -le 200 ]; do
		port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
		port_open "$port" || { echo "$port"; return; }
	done
	warn "no free port found"
	return 1
}

# --- PostgreSQL -------------------------------------------------------------

# postgres_bindir: where initdb and postgres are, version 15 or later.
postgres_bindir() {
	local dir
	for dir in ${PG_BINDIR:+"$PG_BINDIR"} \
		$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn) \
		"$(pg_config --bindir 2>/dev/null)"; do
		[ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && echo "$dir" && return
	done
	warn "PostgreSQL's server programs are not installed"
	return 1
}

# cluster_create DATA USER [SETTING...]: initdb in DATA (absolute), with roles mapped to the
# operating system's users: USER, root and whoever runs this may be "postgres"
# and "entrepot"; nobody else, and only over the Unix socket.
cluster_create() {
	local data=$1 user=$2 bin line name
	shift 2
	bin=$(postgres_bindir) || return 1
	# it complains of a working directory that USER may not enter
	(
		cd / && as_user "$user" "$bin/initdb" -D "$data" -U postgres -E UTF8 \
			--locale=C.UTF-8 --auth=peer --no-instructions >/dev/null
	) || return 1
	{
		echo "listen_addresses = ''"
		for line in "$@"; do
			echo "$line"
		done
	} | as_user "$user" tee -a "$data/postgresql.conf" >/dev/null
	echo "local all all peer map=house" |
		as_user "$user" tee "$data/pg_hba.conf" >/dev/null
	for name in $(printf '%s\n' "$user" root "$(id -un)" | sort -u); do
		printf 'house %s postgres\nhouse %s entrepot\n' "$name" "$name"
	done | as_user "$user" tee "$data/pg_ident.conf" >/dev/null
}

# cluster_start DATA SOCKETDIR RECORD LOG USER: returns when it answers.
cluster_start() {
	local data=$1 sockets=$2 record=$3 log=$4 user=$5 bin pid
	bin=$(postgres_bindir) || return 1
	process_alive "$record" >/dev/null && return 0
	# After a crash the old pid may belong to any process by now, or to a
	# zombie, and PostgreSQL would refuse to start because of it.
	if pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) &&
		{ ! process_birth "$pid" >/dev/null ||
			[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != postgres ]; }; then
		rm -f "$data/postmaster.pid" "$sockets"/.s.PGSQL.5432*
	fi
	process_start "$record" "$log" "$user" \
		"$bin/postgres" -D "$data" -k "$sockets" -p 5432
	if ! wait_until 60 cluster_answers_or_dead "$sockets" "$record" ||
		! cluster_answers "$sockets"; then
		warn "PostgreSQL did not start; its log ends:"
		tail -n 5 "$log" >&2
		return 1
	fi
}

cluster_answers() {
	"$(postgres_bindir)/psql" -X -q -h "$1" -U postgres -d postgres \
		-c 'SELECT 1' >/dev/null 2>&1
}

cluster_answers_or_dead() {
	cluster_answers "$1" || process_gone "$2"
}

# cluster_database SOCKETDIR NAME: role entrepot and a database that it owns,
# unless they exist.
cluster_database() {
	local sockets=$1 name=$2 bin
	bin=$(postgres_bindir) || return 1
	"$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$sockets" -U postgres -d postgres \
		-v name="$name" <<-'SQL'
		SELECT 'CREATE ROLE entrepot LOGIN' WHERE NOT EXISTS
			(SELECT FROM pg_roles WHERE rolname = 'entrepot') \gexec
		SELECT format('CREATE DATABASE %I OWNER entrepot', :'name')
			WHERE NOT EXISTS
			(SELECT FROM pg_database WHERE datname = :'name') \gexec
	SQL
}

# --- the build --------------------------------------------------------------

# build_tree SOURCE BUILD LOG [CONFIGURE-OPTION...]: bootstraps and configures
# when that is needed, then makes. What it prints goes to LOG.
build_tree() {
	local source=$1 build=$2 log=$3
	shift 3
	mkdir -p "$build" || return 1
	: >"$log"
	if [ ! -x "$source/configure" ] ||
		[ "$source/configure.ac" -nt "$source/configure" ]; then
		(cd "$source" && autoreconf -i) >>"$log" 2>&1 || return 1
	fi
	if [ ! -f "$build/Makefile" ] ||
		[ "$(cat "$build/.configured" 2>/dev/null)" != "$*" ]; then
		(cd "$build" && "$(realpath --relative-to="$build" "$source")/configure" \
			"$@") >>"$log" 2>&1 || return 1
		printf '%s\n' "$*" >"$build/.configured"
	fi
	make -C "$build" -j"$(nproc)" >>"$log" 2>&1
}

# --- configuration ----------------------------------------------------------

# conf_set FILE KEY VALUE: replaces the line of that key, or adds one.
conf_set() {
	local file=$1 key=$2 value=$3 fresh
	fresh=$(KEY=$key VALUE=$value awk '
		{ name = $0; sub(/=.*/, "", name); gsub(/[ \t]/, "", name) }
		name == ENVIRON["KEY"] && !done { print ENVIRON["KEY"] " = " ENVIRON["VALUE"]; done = 1; next }
		{ print }
		END { if (!done) print ENVIRON["KEY"] " = " ENVIRON["VALUE"] }' "$file")
	printf '%s\n' "$fresh" >"$file"
}

# conf_get FILE KEY: its value, empty when it is not set.
conf_get() {
	KEY=$2 awk '
		{ name = $0; sub(/=.*/, "", name); gsub(/[ \t]/, "", name) }
		name == ENVIRON["KEY"] && !done { sub(/^[^=]*=[ \t]*/, ""); sub(/[ \t]*$/, ""); print; done = 1 }' "$1"
}

# random_word LENGTH: letters and digits.
random_word() {
	LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom 2>/dev/null | head -c "$1"
}

# program_in BUILD NAME: where the build left a program.
program_in() {
	local path
	for path in "$1/src/$2" "$1/$2"; do
		[ -x "$path" ] && echo "$path" && return
	done
	warn "$2 was not built in $1"
	return 1
}
