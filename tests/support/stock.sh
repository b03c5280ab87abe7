# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Recipes within Debian's own configuration of each web server, as a real host
# has it: a copy of /etc/SERVER in $house/etc with other paths and another port,
# and the recipe where its README puts it. Sourced after house.sh, in place of
# the bare frames of webserver.sh.
#
# Beside lighttpd, nginx and apache there are servers that start entrepot by
# themselves: spawned (lighttpd), fcgid and shared (Apache).

# stock_server KIND: which of the three it is.
stock_server() {
	case $1 in
	spawned) echo lighttpd ;;
	fcgid | shared) echo apache ;;
	*) echo "$1" ;;
	esac
}

# stock_installed KIND
stock_installed() {
	webserver_program "$(stock_server "$1")" >/dev/null 2>&1 || return 1
	case $1 in
	fcgid | shared) [ -e /usr/lib/apache2/modules/mod_fcgid.so ] ;;
	esac
}

webserver_sendfile() {
	case $1 in
	lighttpd | spawned) echo x-sendfile ;;
	nginx) echo x-accel-redirect ;;
	*) echo none ;;
	esac
}

webserver_recipe() {
	case $1 in
	lighttpd) echo lighttpd/external.conf ;;
	spawned) echo lighttpd/spawned.conf ;;
	nginx) echo nginx/entrepot.conf ;;
	apache) echo apache/proxy-fcgi.conf ;;
	fcgid) echo apache/fcgid.conf ;;
	esac
}

webserver_configure() {
	mkdir -p "$2/etc"
	"stock_configure_$(stock_server "$1")" "$@"
	chmod -R go+rX "$2/etc"
}

webserver_command() {
	case $(stock_server "$1") in
	lighttpd) printf '%s\n' /usr/sbin/lighttpd -D -f "$2/etc/lighttpd/lighttpd.conf" ;;
	nginx) printf '%s\n' /usr/sbin/nginx -e "$2/log/nginx.log" -c "$2/etc/nginx/nginx.conf" ;;
	apache) stock_apache_command "$2" ;;
	esac
}

# stock_copy NAME HOUSE: /etc/NAME, without what this machine added to it.
stock_copy() {
	rm -rf "$2/etc/$1"
	cp -a "/etc/$1" "$2/etc/$1"
}

# stock_sed HOUSE NAME FILE EXPRESSION...: edits a file of the copy.
stock_sed() {
	local house=$1 name=$2 file=$3 expression words=()
	shift 3
	for expression in "$@"; do
		words+=(-e "$expression")
	done
	sed -i "${words[@]}" "$house/etc/$name/$file"
}

stock_configure_lighttpd() {
	local kind=$1 house=$2 port=$3
	stock_copy lighttpd "$house"
	find "$house/etc/lighttpd/conf-enabled" -type l ! -name 99-unconfigured.conf -delete
	# its script opens a socket on every address of this machine
	stock_sed "$house" lighttpd lighttpd.conf "/use-ipv6/d" "/^server\.\(user\|group\)name/d" \
		"s|/etc/lighttpd|$house/etc/lighttpd|" "s|/var/cache/lighttpd/uploads|$house/tmp|" \
		"s|/var/log/lighttpd/error.log|$house/log/lighttpd.log|" "s|/run/lighttpd.pid|$house/run/lighttpd.pid|" \
		"s|^\(server.port *= *\)80|server.bind = \"127.0.0.1\"\n\1$port|"
	recipe_fit "$(webserver_recipe "$kind")" "$house" "$port" |
		sed "s|/run/lighttpd/|$house/run/|" >"$house/etc/lighttpd/conf-available/50-entrepot.conf"
	ln -s ../conf-available/50-entrepot.conf "$house/etc/lighttpd/conf-enabled/"
}

stock_configure_nginx() {
	local house=$2 port=$3 part
	stock_copy nginx "$house"
	rm -f "$house"/etc/nginx/{conf.d,sites-enabled}/*
	ln -s ../sites-available/default "$house/etc/nginx/sites-enabled/"
	stock_sed "$house" nginx nginx.conf "/^user /d" "s|/etc/nginx|$house/etc/nginx|" \
		"s|^pid .*|pid $house/run/nginx.conf.pid; daemon off;|" "s|/var/log/nginx|$house/log|"
	for part in client_body fastcgi proxy uwsgi scgi; do
		stock_sed "$house" nginx nginx.conf "s|^http {|&\n\t${part}_temp_path $house/tmp/nginx-$part;|"
	done
	stock_sed "$house" nginx sites-available/default "/listen \[::\]/d" "s|listen 80 |listen 127.0.0.1:$port |"
	recipe_fit "$(webserver_recipe nginx)" "$house" "$port" >"$house/etc/nginx/conf.d/entrepot.conf"
}

# --- Apache -----------------------------------------------------------------

# stock_apache HOUSE COMMAND...: with the environment that Debian's scripts give.
stock_apache() {
	local house=$1
	shift
	env APACHE_CONFDIR="$house/etc/apache2" APACHE_RUN_DIR="$house/run" APACHE_LOCK_DIR="$house/run" \
		APACHE_PID_FILE="$house/run/apache.conf.pid" APACHE_LOG_DIR="$house/log" \
		APACHE_STATE_DIRECTORY="$house/etc/apache2-state" APACHE_RUN_USER="$user" \
		APACHE_RUN_GROUP="$(id -gn "$user")" "$@"
}

stock_apache_command() {
	stock_apache "$1" sh -c 'printf "%s\n" env; env | grep ^APACHE_'
	printf '%s\n' /usr/sbin/apache2 -D FOREGROUND -d "$1/etc/apache2"
}

# stock_apache_modules HOUSE MODULE...
stock_apache_modules() {
	stock_apache "$1" a2enmod -q "${@:2}" >/dev/null
}

stock_configure_apache() {
	local kind=$1 house=$2 port=$3
	stock_copy apache2 "$house"
	find "$house"/etc/apache2/{mods,sites}-enabled -type l \( -name 'fcgid*' -o -name 'xsendfile*' \
		-o -name 'proxy*' -o -name 'entrepot*' \) -delete
	stock_sed "$house" apache2 ports.conf "s|^Listen 80|Listen 127.0.0.1:$port|"
	stock_sed "$house" apache2 sites-available/000-default.conf "s|\*:80|127.0.0.1:$port|"
	stock_sed "$house" apache2 mods-available/fcgid.conf \
		"1i FcgidIPCDir $house/run/fcgid\nFcgidProcessTableFile $house/run/fcgid.table"
	"stock_site_$kind" "$house" "$port"
}

stock_site_apache() {
	stock_apache_modules "$1" proxy_fcgi buffer
	stock_site "$@" apache/proxy-fcgi.conf
}

stock_site_fcgid() {
	stock_apache_modules "$1" fcgid
	stock_site "$@" apache/fcgid.conf
}

# stock_site HOUSE PORT RECIPE
stock_site() {
	recipe_fit "$3" "$1" "$2" >"$1/etc/apache2/sites-available/entrepot.conf"
	stock_apache "$1" a2dissite -q 000-default >/dev/null
	stock_apache "$1" a2ensite -q entrepot >/dev/null
}

# A shared host: what its customers may do stands in their .htaccess, which may
# say no more than it has to. Scripts run as the account, as suexec has it.
stock_site_shared() {
	stock_apache_modules "$1" fcgid rewrite userdir
	cat >"$1/etc/apache2/sites-available/entrepot.conf" <<-CONF
	<VirtualHost 127.0.0.1:$2>
		ServerName 127.0.0.1
		DocumentRoot "$1/account/public_html"
		UserDir "$1/*/public_html"
		${SHARED_BODY:+FcgidMaxRequestLen $SHARED_BODY}
		<Directory "$1/account/public_html">
			AllowOverride FileInfo Options=ExecCGI
			Require all granted
		</Directory>
	</VirtualHost>
	CONF
	stock_apache "$1" a2ensite -q entrepot >/dev/null
}
