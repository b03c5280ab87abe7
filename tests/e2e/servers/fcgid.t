#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Apache's mod_fcgid starts entrepot by itself: no master, descriptor 0 is the
# socket, the configuration's place comes by environment.

. "$(dirname "$0")/../../support/house.sh"
. "$support/smoke.sh"

webserver_program apache >/dev/null 2>&1 || skip_all "Apache is not installed"
[ -e /usr/lib/apache2/modules/mod_fcgid.so ] || skip_all "mod_fcgid is not installed"
house_open
house_set crates_rate_limits no
house_set workers 0
house_set listen ""
cat >"$house/run/entrepot.fcgi" <<SH
#!/bin/sh
ENTREPOT_CONFIG=$house/entrepot.conf exec $house/bin/entrepot
SH
chmod 755 "$house/run/entrepot.fcgi"
house_start fcgid || bail "the registry did not start"
smoke fcgid

done_testing
