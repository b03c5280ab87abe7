# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A private lighttpd, nginx or Apache in front of entrepot, for quickstart and
# the tests: everything it writes is below one directory, it listens on
# loopback, and it runs as whoever starts it. The commented recipes for a real
# installation are beside this file, in lighttpd/, nginx/ and apache/.
#
# Sourced after lib.sh. HOUSE is a directory with pid/, run/, log/, tmp/ and data/.

# The largest request body let through, in KiB; entrepot has its own limits
# per route below that.
WEB_MAX_KIB=${WEB_MAX_KIB:-524288}

# webserver_name KIND: which of the three it is.
webserver_name() {
	case $1 in
	fcgid | shared) echo apache ;;
	spawned) echo lighttpd ;;
	*) echo "$1" ;;
	esac
}

# webserver_program KIND: the path of its program.
webserver_program() {
	local name path
	name=$(webserver_name "$1")
	[ "$name" = apache ] && name=apache2
	for path in "/usr/sbin/$name" "$(command -v "$name" 2>/dev/null)"; do
		[ -x "$path" ] && echo "$path" && return
	done
	warn "$1 is not installed"
	return 1
}

# webserver_sendfile KIND: the value of entrepot's "sendfile" that fits the
# configuration written here.
webserver_sendfile() {
	case $1 in
	lighttpd | spawned) echo x-sendfile ;;
	nginx) echo x-accel-redirect ;;
	*) echo none ;;
	esac
}

# webserver_configure KIND HOUSE PORT: writes HOUSE/KIND.conf.
webserver_configure() {
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
	server.modules = ( "mod_fastcgi" )
	server.bind = "127.0.0.1"
	server.port = $2
	server.document-root = "$1/run"
	server.errorlog = "$1/log/lighttpd.log"
	server.upload-dirs = ( "$1/tmp" )
	server.max-request-size = $WEB_MAX_KIB
	server.max-fds = 4096
	# more than entrepot takes, so that it is the one to refuse
	server.max-request-field-size = 32768
	# paths and queries arrive as they were sent: entrepot decodes and refuses them itself
	server.http-parseopts = ( "url-normalize" => "disable" )
	# bodies are collected here, so that a slow client holds no worker
	server.stream-request-body = 0
	fastcgi.server = ( "/" => ((
		"socket" => "$(webserver_socket "$1")",
		"check-local" => "disable",
		"x-sendfile" => "enable",
		"x-sendfile-docroot" => ( "$(webserver_blobs "$1")" )
	)) )
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
		client_max_body_size ${WEB_MAX_KIB}k;
		large_client_header_buffers 4 32k;
		keepalive_requests 100000;
		upstream entrepot {
			server unix:$(webserver_socket "$1");
			keepalive 32;
			keepalive_requests 100000;
		}
		server {
			listen 127.0.0.1:$2 backlog=1024;
			location / {
				include /etc/nginx/fastcgi_params;
				fastcgi_keep_conn on;
				# files that are streamed: most of the time
				# goes into the number of buffers
				fastcgi_buffers 16 64k;
				fastcgi_busy_buffers_size 128k;
				fastcgi_pass entrepot;
			}
			# where X-Accel-Redirect points; its validators are
			# entrepot's, not the file's
			location /_blobs/ {
				internal;
				alias $(webserver_blobs "$1")/;
				etag off;
				add_header ETag \$upstream_http_etag;
				add_header Last-Modified \$upstream_http_last_modified;
				add_header X-Request-Id \$upstream_http_x_request_id;
				add_header Vary \$upstream_http_vary;
				add_header X-Content-Type-Options \$upstream_http_x_content_type_options;
			}
		}
	}
	CONF
}

webserver_apache_modules() {
	local name
	for name in mpm_event authz_core "$@"; do
		echo "LoadModule ${name}_module /usr/lib/apache2/modules/mod_$name.so"
	done
}

webserver_write_apache() {
	echo "# Written by quickstart; edits are lost."
	webserver_apache_modules env proxy proxy_fcgi
	cat <<-CONF
	ServerRoot "$1/run"
	DefaultRuntimeDir "$1/run"
	PidFile "$1/run/apache.conf.pid"
	ServerName 127.0.0.1
	Listen 127.0.0.1:$2
	ErrorLog "$1/log/apache.log"
	LogLevel warn
	AllowEncodedSlashes NoDecode
	LimitRequestLine 17408
	ProxyPass "/" "unix:$(webserver_socket "$1")|fcgi://entrepot/"
	# else Apache drops Content-Length, and downloads have no length
	SetEnv ap_trust_cgilike_cl yes
	<Location "/">
		CGIPassAuth On
		Require all granted
	</Location>
	CONF
}

# webserver_write_fcgid HOUSE PORT: Apache starting entrepot by itself. HOUSE/
# run/entrepot.fcgi is a script that names the configuration and execs it.
webserver_write_fcgid() {
	echo "# Written by quickstart; edits are lost."
	webserver_apache_modules alias fcgid
	cat <<-CONF
	ServerRoot "$1/run"
	DefaultRuntimeDir "$1/run"
	PidFile "$1/run/apache.conf.pid"
	ServerName 127.0.0.1
	Listen 127.0.0.1:$2
	ErrorLog "$1/log/apache.log"
	LogLevel warn
	AllowEncodedSlashes NoDecode
	FcgidIPCDir "$1/run/fcgid"
	FcgidProcessTableFile "$1/run/fcgid.table"
	FcgidMaxRequestLen $((WEB_MAX_KIB * 1024))
	FcgidMaxProcessesPerClass 32
	FcgidIOTimeout 120
	ScriptAlias "/" "$1/run/entrepot.fcgi/"
	<Directory "$1/run">
		SetHandler fcgid-script
		Options +ExecCGI
		CGIPassAuth On
		Require all granted
	</Directory>
	CONF
}

# webserver_write_shared HOUSE PORT: Apache as a shared host runs it; HOUSE/web
# is the web tree, and whatever else is wanted stands in a .htaccess there.
webserver_write_shared() {
	echo "# Written by quickstart; edits are lost."
	webserver_apache_modules fcgid rewrite mime
	cat <<-CONF
	ServerRoot "$1/run"
	DefaultRuntimeDir "$1/run"
	PidFile "$1/run/apache.conf.pid"
	ServerName 127.0.0.1
	Listen 127.0.0.1:$2
	ErrorLog "$1/log/apache.log"
	LogLevel warn
	TypesConfig /etc/mime.types
	DocumentRoot "$1/web"
	FcgidIPCDir "$1/run/fcgid"
	FcgidProcessTableFile "$1/run/fcgid.table"
	FcgidMaxRequestLen $((WEB_MAX_KIB * 1024))
	<Directory "$1/web">
		AllowOverride All
		Require all granted
	</Directory>
	CONF
}

# webserver_write_spawned HOUSE PORT: lighttpd starting entrepot by itself.
webserver_write_spawned() {
	cat <<-CONF
	# Written by quickstart; edits are lost.
	server.modules = ( "mod_fastcgi" )
	server.bind = "127.0.0.1"
	server.port = $2
	server.document-root = "$1/run"
	server.errorlog = "$1/log/lighttpd.log"
	server.upload-dirs = ( "$1/tmp" )
	server.max-request-size = $WEB_MAX_KIB
	fastcgi.server = ( "/" => ((
		"bin-path" => "$1/bin/entrepot",
		"bin-environment" => ( "ENTREPOT_CONFIG" => "$1/entrepot.conf" ),
		"socket" => "$1/run/spawned.sock",
		"max-procs" => 3,
		"check-local" => "disable",
		"x-sendfile" => "enable",
		"x-sendfile-docroot" => ( "$(webserver_blobs "$1")" )
	)) )
	CONF
}

# webserver_command KIND HOUSE: its command line in the foreground, one word
# per line.
webserver_command() {
	case $1 in
	lighttpd | spawned)
		webserver_program lighttpd && printf '%s\n' -D -f "$2/$1.conf"
		;;
	nginx)
		webserver_program nginx &&
			printf '%s\n' -e "$2/log/nginx.log" -c "$2/nginx.conf"
		;;
	apache | fcgid | shared)
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
			"$house/log/$(webserver_name "$kind").log" >&2
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
