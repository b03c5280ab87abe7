#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# lighttpd starts entrepot by itself: several processes with a socket each,
# no master.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"
. "$support/clients.sh"

stock_installed spawned || skip_all "spawned is not installed"
house_open
house_set crates_rate_limits no
house_set workers 0
house_set listen ""
house_start spawned || bail "the registry did not start"
smoke "lighttpd's own processes"
clients "lighttpd's own processes"

done_testing
