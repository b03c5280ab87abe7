#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# lighttpd starts entrepot by itself: several processes with a socket each,
# no master.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"

webserver_program lighttpd >/dev/null 2>&1 || skip_all "lighttpd is not installed"
house_open
house_set crates_rate_limits no
house_set workers 0
house_set listen ""
house_start spawned || bail "the registry did not start"
smoke "lighttpd's own processes"

done_testing
