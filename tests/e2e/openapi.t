#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The document that describes the endpoints: sound, complete, the same at both
# of its addresses, and about the address that is configured.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"

house_open
house_start lighttpd || bail "the registry did not start"

is_sound() {
	is "$(http GET "$1" -A '')" 200
	is "$(header content-type)" application/json
	admin routes --json >"$house/work/routes.json"
	"$python" "$support/openapi.py" "$house/work/body" "$house/work/routes.json"
	cp "$house/work/body" "$house/work/openapi.json"
}

is_the_same() {
	is "$(http GET /-/openapi.json)" 200
	cmp "$house/work/body" "$house/work/openapi.json"
}

tells_of_credentials() {
	jq -e '.paths["/api/v1/crates/new"].put | .security == [{"token": []}, {"bearer": []}]
		and ."x-scope" == "publish-new"
		and .requestBody.content == {"application/octet-stream": {}}' "$house/work/openapi.json"
	jq -e '.paths["/api/v1/summary"].get.security == []' "$house/work/openapi.json"
	jq -e '.paths["/api/v1/trusted_publishing/tokens"].post.security == []' "$house/work/openapi.json"
}

follows_the_configuration() {
	is "$(jq -r '.servers[0].url' "$house/work/openapi.json")" "$base_url"
	house_set base_url "$base_url/below"
	house_set site_name "The depot"
	entrepot_signal HUP
	wait_until 20 curl -fs -o "$house/work/below" "$base_url/below/-/ready"
	is "$(http GET /below/-/openapi.json)" 200
	is "$(body | jq -r '.servers[0].url, .info.title' | paste -sd' ')" "$base_url/below The depot"
	house_set base_url "$base_url"
	entrepot_reload
}

it "the description of the endpoints is an OpenAPI document of every route" is_sound /api/openapi.json
it "operators find the same document" is_the_same
it "the document tells which credentials an endpoint wants" tells_of_credentials
it "the document names the configured address" follows_the_configuration

done_testing
