#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A shared host: Apache with mod_fcgid, nobody is root, only a .htaccess and a
# script in the web tree, and the registry below a path.

. "$(dirname "$0")/../../support/house.sh"
. "$support/stock.sh"
. "$support/smoke.sh"

stock_installed shared || skip_all "shared is not installed"
house_open
base_url=$base_url/registry
house_set base_url "$base_url"
house_set crates_rate_limits no
house_set workers 0
house_set listen ""
mkdir -p "$house/web/registry"
cp "$root/deploy/shared-hosting/htaccess" "$house/web/registry/.htaccess"
cat >"$house/web/registry/entrepot.fcgi" <<SH
#!/bin/sh
ENTREPOT_CONFIG=$house/entrepot.conf exec $house/bin/entrepot
SH
chmod -R u=rwX,go=rX "$house/web"
chmod 755 "$house/web/registry/entrepot.fcgi"
house_start shared || bail "the registry did not start"

addresses_have_the_path() {
	http GET /index/config.json >/dev/null
	like "$(body | jq -r .dl)" "^$base_url/files/"
	is "$(body | jq -r .api)" "$base_url"
}
it "a registry below a path says so in its addresses" addresses_have_the_path
longest_query=8000
smoke "shared hosting"

done_testing
