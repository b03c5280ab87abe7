#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Apache's mod_fcgid starts entrepot by itself: no master, descriptor 0 is the
# socket, the configuration's place comes by environment.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

stock_installed fcgid || skip_all "fcgid is not installed"
house_open
house_set crates_rate_limits no
house_set workers 0
house_set listen ""
house_start fcgid || bail "the registry did not start"
smoke "mod_fcgid"
it "mod_fcgid: a wheel of 100 MB is uploaded" large_wheel
clients "mod_fcgid"

# Debian's configuration has mod_deflate.
compression "mod_fcgid"

# mod_xsendfile
sends_files() {
	[ -e /usr/lib/apache2/modules/mod_xsendfile.so ] || skip "mod_xsendfile is not installed"
	house_set sendfile x-sendfile
	stock_apache_modules "$house" xsendfile
	webserver_stop "$web" "$house"
	webserver_start "$web" "$house" "$port" "$user"
	wait_until 10 house_ready
}
it "mod_fcgid: files can be sent by mod_xsendfile" sends_files
it "mod_fcgid, sent: a download has the published bytes" download_whole
it "mod_fcgid, sent: a download honours Range" download_range
it "mod_fcgid, sent: a download in pieces counts once" pieces_count_once sent
it "mod_fcgid, sent: a download answers 304 to its own ETag" download_conditional
it "mod_fcgid, sent: HEAD of a download tells its length" download_head

done_testing
