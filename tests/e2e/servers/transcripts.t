#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The transcripts of tests/transcripts, which make check plays in process, once
# more through each web server.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"

# play SERVER: the registry knows itself as the transcripts do.
play() {
	ENTREPOT_SOURCE=$root ENTREPOT_TEST_URL=http://127.0.0.1:$port \
		ENTREPOT_TEST_DATABASE="host=$house/run user=entrepot dbname=entrepot" \
		CMOCKA_MESSAGE_OUTPUT=TAP "$house/bin/transcripts" >"$house/log/transcripts.$1" 2>&1 &&
		return
	grep -a -E '^(ERROR|not ok)' "$house/log/transcripts.$1"
	tail -n 3 "$house/log/transcripts.$1"
	return 1
}

through() {
	empty_database
	house_start "$1" || fail "the registry did not start"
	play "$1"
}

# Accounts that are there before the first scenario would be in its way.
empty_database() {
	"$(postgres_bindir)/psql" -X -q -h "$house/run" -U postgres -d postgres \
		-c 'DROP DATABASE entrepot WITH (FORCE)' &&
		cluster_database "$house/run" entrepot && admin migrate >/dev/null
}

house_open
install -m 755 "$(house_build)/handler/transcripts" "$house/bin/" 2>/dev/null ||
	bail "handler/transcripts has not been built"
house_set base_url https://registry.example
house_set crates_rate_limits no
house_set download_flush 1h
for server in lighttpd nginx apache fcgid; do
	if [ "$server" = fcgid ]; then
		# it starts entrepot by itself
		house_set workers 0
		house_set listen ""
	fi
	if stock_installed "$server"; then
		it "every transcript holds through $server" through "$server"
		web=$server house_stop
	fi
done
done_testing
