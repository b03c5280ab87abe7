#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every web server with the lines for TLS that its README has: curl and cargo
# speak HTTP/2 then, where bodies have no length unless the client says so, many
# requests share a connection, and there are no reasons beside the status.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

house_open
house_set crates_rate_limits no
plain=$base_url
tls_port=$(free_port)
base_url=https://127.0.0.1:$tls_port
house_set base_url "$base_url"

certificate() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$house/tls.key" -out "$house/tls.pem" 2>/dev/null
	am_root && chown "$user" "$house/tls.key"
	export CURL_CA_BUNDLE=$house/tls.pem SSL_CERT_FILE=$house/tls.pem CARGO_HTTP_CAINFO=$house/tls.pem
	export PIP_CERT=$house/tls.pem REQUESTS_CA_BUNDLE=$house/tls.pem
}
certificate || bail "no certificate"

# lines SERVER: those of its README, with our paths.
lines() {
	awk -v language="$1" '$0 == "```" language { on = 1; next } /^```$/ { on = 0 } on' "$root/deploy/$1/README.md" |
		sed -e "s|/etc/ssl/certs/registry.pem|$house/tls.pem|; s|/etc/ssl/private/registry.key|$house/tls.key|" \
			-e "s|listen 443|listen 127.0.0.1:$tls_port|; s|\":443\"|\"127.0.0.1:$tls_port\"|"
}

# insert SERVER FILE PATTERN: its lines below that line of the file.
insert() {
	lines "$1" >"$house/work/lines"
	[ -s "$house/work/lines" ]
	sed -i "/$3/r $house/work/lines" "$2"
}

with_tls() {
	local etc=$house/etc
	case $1 in
	nginx) insert nginx "$etc/nginx/conf.d/entrepot.conf" '^\tlisten ' ;;
	lighttpd)
		[ -e /usr/lib/lighttpd/mod_openssl.so ] || skip "lighttpd's mod_openssl is not installed"
		insert lighttpd "$etc/lighttpd/conf-available/50-entrepot.conf" '^server.stream-request-body'
		;;
	apache | fcgid)
		sed -i "s|Listen 443|Listen 127.0.0.1:$tls_port|" "$etc/apache2/ports.conf"
		sed -i "s|^<VirtualHost .*|<VirtualHost 127.0.0.1:$tls_port>|" "$etc/apache2/sites-available/entrepot.conf"
		insert apache "$etc/apache2/sites-available/entrepot.conf" '^<VirtualHost'
		stock_apache_modules "$house" ssl http2
		;;
	esac
	webserver_stop "$web" "$house"
	webserver_start "$web" "$house" "$port" "$user"
	wait_until 10 house_ready
	curl -sS -o /dev/null -w '%{http_version}' "$base_url/-/health" >"$house/work/version"
	is "$(cat "$house/work/version")" 2
}

# without_length SERVER: a body whose end is all that tells its length. mod_fcgid passes none of it on.
without_length() {
	kit body "endless-$1" 1.0.0 >"$house/work/frame"
	if [ "$1" = fcgid ]; then
		is "$(http PUT /api/v1/crates/new -H "Authorization: $alice" -T - <"$house/work/frame")" 400
		is "$(http GET "/index/en/dl/endless-$1")" 404
		return
	fi
	is "$(http PUT /api/v1/crates/new -H "Authorization: $alice" -T - <"$house/work/frame")" 200
	is "$(http GET "/index/en/dl/endless-$1")" 200
	head -c 3000000 /dev/zero | tr '\0' x >"$house/work/long"
	is "$(http PUT /api/v1/crates/new -H "Authorization: $alice" -T - <"$house/work/long")" 413
}

# A hundred requests at once; how many connections they share is the server's to say.
many_on_few() {
	local n
	for n in $(seq 100); do
		printf 'url = "%s/index/sm/ok/smoke?%s"\noutput = /dev/null\n' "$base_url" "$n"
	done >"$house/work/urls"
	curl -sS --parallel --parallel-max 100 -w '%{http_code} %{http_version}\n' -K "$house/work/urls" >"$house/work/codes"
	is "$(grep -c '^200 2$' "$house/work/codes")" 100
}

for server in nginx lighttpd apache fcgid; do
	if ! stock_installed "$server"; then
		it "$server" skip "$server is not installed"
		continue
	fi
	house_set sendfile_prefix ""
	if [ "$server" = fcgid ]; then
		house_set workers 0
		house_set listen ""
	fi
	base_url=$plain house_start "$server" || bail "$server did not start"
	it "$server: with the lines of its README it speaks TLS and HTTP/2" with_tls "$server"
	if [ "$server" = nginx ]; then
		it "$server: crates are published, also one of 3 MB" publish_crates
		it "$server: wheels and an sdist are uploaded" python_uploads
		it "$server: a Hex package is uploaded with Expect" hex_uploads
	fi
	it "$server: bodies without a length arrive, or are refused" without_length "$server"
	it "$server: a body beyond every limit is refused by entrepot" large_body
	it "$server: conditional requests to the index answer 304" index_conditional
	it "$server: a download honours Range" download_range
	it "$server: HEAD of a download tells its length" download_head
	it "$server: PUT without body, PUT and DELETE with body arrive" writes
	it "$server: malicious paths are told apart" odd_paths
	it "$server: a hundred requests at once are answered" many_on_few
	it "$server: cargo publishes a crate, and a program that needs it builds" clients_cargo "$server"
	it "$server: pip installs what twine uploaded" clients_pip "$server"
	web=$server house_stop
done
done_testing
