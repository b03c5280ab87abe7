# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A private lighttpd, nginx or Apache in front of entrepot, for quickstart and
# the tests: everything it writes is below one directory, it listens on
# loopback, and it runs as whoever starts it. What it says of entrepot are the
# recipes beside this file, with other paths.
#
# Sourced after lib.sh. HOUSE is a directory with pid/, run/, log/, tmp/ and data/.

recipes=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

# webserver_program KIND: the path of its program.
webserver_program() {
	local name=$1 path
	[ "$name" = apache ] && name=apache2
	for path in "/usr/sbin/$name" "$(command -v "$name" 2>/dev/null)"; do
		[ -x "$path" ] && echo "$path" && return
	done
	warn "$1 is not installed"
	return 1
}

# webserver_sendfile KIND: the value of entrepot's "sendfile" that fits.
webserver_sendfile() {
	case $1 in
	lighttpd) echo x-sendfile ;;
	nginx) echo x-accel-redirect ;;
	*) echo none ;;
	esac
}

# webserver_recipe KIND: its recipe, within deploy/.
webserver_recipe() {
	case $1 in
	lighttpd) echo lighttpd/external.conf ;;
	nginx) echo nginx/entrepot.conf ;;
	apache) echo apache/proxy-fcgi.conf ;;
	esac
}

# recipe_fit FILE HOUSE PORT: a file of deploy/ with the paths of HOUSE for those
# of a real installation, on a port of the loopback address.
recipe_fit() {
	sed -e "s|/run/entrepot/fcgi\.sock|$(webserver_socket "$2")|g" \
		-e "s|/etc/entrepot/entrepot\.conf|$2/entrepot.conf|g" \
		-e "s|/var/lib/entrepot/blobs|$(webserver_blobs "$2")|g" \
		-e "s|/usr/local/bin|$2/bin|g" \
		-e "s|include fastcgi_params;|include /etc/nginx/fastcgi_params;|" \
		-e "s|registry\.example|127.0.0.1|g" \
		-e "s|<VirtualHost \*:80>|<VirtualHost 127.0.0.1:$3>|" \
		-e "s|listen 80;|listen 127.0.0.1:$3;|" \
		"$recipes/$1"
}

# webserver_configure KIND HOUSE PORT: writes HOUSE/KIND.conf, the frame of a
# private server around the recipe in HOUSE/KIND.site.
webserver_configure() {
	recipe_fit "$(webserver_recipe "$1")" "$2" "$3" |
		# the only site here, under whatever name
		sed 's|^\$HTTP\["host"\] == "127.0.0.1"|$HTTP["host"] =~ ""|' >"$2/$1.site"
	"webserver_write_$1" "$2" "$3" >"$2/$1.conf"
}

# webserver_blobs HOUSE: the blob store as entrepot spells it.
webserver_blobs() { echo "$(readlink -f "$1/data")/blobs"; }

# webserver_socket HOUSE: entrepot's; DIR/run may be a link because DIR's name
# is too long for a socket.
webserver_socket() { echo "$(readlink -f "$1/run")/entrepot.sock"; }

webserver_write_lighttpd() {
	cat <<-CONF
	# Written by quickstart; edits are lost.
	server.bind = "127.0.0.1"
	server.port = $2
	server.document-root = "$1/run"
	server.errorlog = "$1/log/lighttpd.log"
	server.upload-dirs = ( "$1/tmp" )
	server.max-fds = 4096
	include "$1/lighttpd.site"
	CONF
}

webserver_write_nginx() {
	cat <<-CONF
	# Written by quickstart; edits are lost.
	worker_processes 2;
	daemon off;
	pid $1/run/nginx.conf.pid;
	error_log $1/log/nginx.log warn;
	events { worker_connections 1024; }
	http {
		access_log off;
		client_body_temp_path $1/tmp/nginx-body;
		fastcgi_temp_path $1/tmp/nginx-fastcgi;
		proxy_temp_path $1/tmp/nginx-proxy;
		uwsgi_temp_path $1/tmp/nginx-uwsgi;
		scgi_temp_path $1/tmp/nginx-scgi;
		keepalive_requests 100000;
		include $1/nginx.site;
	}
	CONF
}

webserver_write_apache() {
	local name
	echo "# Written by quickstart; edits are lost."
	for name in mpm_event authz_core buffer env proxy proxy_fcgi; do
		echo "LoadModule ${name}_module /usr/lib/apache2/modules/mod_$name.so"
	done
	cat <<-CONF
	ServerRoot "$1/run"
	DefaultRuntimeDir "$1/run"
	PidFile "$1/run/apache.conf.pid"
	ServerName 127.0.0.1
	Listen 127.0.0.1:$2
	ErrorLog "$1/log/apache.log"
	LogLevel warn
	Include "$1/apache.site"
	CONF
}

# webserver_command KIND HOUSE: its command line in the foreground, one word
# per line.
webserver_command() {
	case $1 in
	lighttpd)
		webserver_program lighttpd && printf '%s\n' -D -f "$2/$1.conf"
		;;
	nginx)
		webserver_program nginx &&
			printf '%s\n' -e "$2/log/nginx.log" -c "$2/nginx.conf"
		;;
	apache)
		webserver_program apache && printf '%s\n' -D FOREGROUND -f "$2/$1.conf"
		;;
	esac
}

# webserver_start KIND HOUSE PORT USER: returns when its port is open.
webserver_start() {
	local kind=$1 house=$2 port=$3 user=$4 command record=$2/pid/$1
	mapfile -t command < <(webserver_command "$kind" "$house")
	[ "${#command[@]}" -gt 1 ] || return 1
	process_start "$record" "$house/log/$kind.err" "$user" "${command[@]}"
	if ! wait_until 20 webserver_up_or_dead "$port" "$record" ||
		! process_alive "$record" >/dev/null; then
		warn "$kind did not start; its log ends:"
		tail -qn 5 "$house/log/$kind.err" \
			"$house/log/$kind.log" >&2 2>/dev/null
		return 1
	fi
}

webserver_up_or_dead() { port_open "$1" || process_gone "$2"; }

# webserver_stop KIND HOUSE: also what a master that was killed left behind; it
# would hold the port. process_start gave each server a session of its own.
webserver_stop() {
	local session name
	if ! process_alive "$2/pid/$1" >/dev/null &&
		read -r session _ 2>/dev/null <"$2/pid/$1"; then
		for name in nginx apache2 lighttpd; do
			pkill -KILL -s "$session" -x "$name"
		done
	fi
	case $1 in
	nginx) process_stop "$2/pid/nginx" QUIT 5 ;;
	*) process_stop "$2/pid/$1" TERM 10 ;;
	esac
}
