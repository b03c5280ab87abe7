#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Malicious and broken publishes through a real web server: each gets its
# documented error and leaves no row, no file and no blob.

. "$(dirname "$0")/../support/house.sh"
. "$support/smoke.sh"
. "$support/footprint.sh"

house_open
house_set crates_rate_limits no
house_start lighttpd || bail "the registry did not start"
publish_crate taken-name 1.0.0 || bail "nothing can be published"

footprint_tables package release release_crate file blob dependency owner \
	keyword package_keyword change index_object job mail audit

# refused STATUS REGEX KIND [NAME [VERSION [METADATA]]]
refused() {
	local before answer status=$1 regex=$2 kind=$3 options=()
	before=$(footprint)
	[ "$kind" = honest ] || options+=(--evil "$kind")
	[ -z "${6:-}" ] || options+=(--meta "$6")
	answer=$(kit publish "$base_url" "$alice" "${options[@]}" -- "${4-foo}" "${5-1.0.0}")
	is "$(head -n 1 <<<"$answer")" "$status" "$answer"
	like "$(tail -n +2 <<<"$answer" | jq -r '.errors[0].detail')" "$regex"
	is "$(footprint)" "$before"
	is "$(http GET /index/3/f/foo)" 404
}

# --- framing ----------------------------------------------------------------

it "an empty body is refused" refused 400 "invalid metadata length" empty-body
it "a body of two bytes is refused" refused 400 "invalid metadata length" short-length
it "a metadata length beyond the body is refused" \
	refused 400 "invalid metadata length for remaining payload: 5000" metadata-length-lies
it "a metadata length of 4 GiB is refused" refused 413 "JSON metadata blob too large" metadata-length-huge
it "metadata above 1 MiB are refused" refused 413 "JSON metadata blob too large" metadata-too-large
it "a missing tarball length is refused" refused 400 "invalid tarball length" tarball-length-missing
it "a tarball length beyond the body is refused" \
	refused 400 "invalid tarball length for remaining payload: [0-9]+" tarball-length-lies
it "a tarball above 10 MiB is refused" refused 413 "max upload size is: 10485760" tarball-too-large

# --- metadata ---------------------------------------------------------------

it "metadata that are not JSON are refused" refused 400 "invalid upload request" metadata-not-json
it "garbage after the metadata is refused" refused 400 "invalid upload request" metadata-trailing-garbage
it "metadata that are an array are refused" refused 400 "invalid upload request" metadata-array
it "metadata nested a hundred thousand deep are refused" refused 400 "invalid upload request" metadata-deep
it "metadata without a name are refused" refused 400 'missing field `name`' metadata-without-name
it "metadata that are not UTF-8 are refused" refused 400 "." metadata-invalid-utf8
it "a name of a native library beyond its limit is refused" \
	refused 422 "." honest foo 1.0.0 "{\"links\": \"$(printf "x%.0s" {1..2000})\"}"
it "a NUL in the name is refused" refused 400 "." metadata-name-nul
it "a NUL in the README is refused" refused 400 "." metadata-readme-nul
# nul_everywhere: in each text that the metadata have.
nul_everywhere() {
	local before text answer
	local dep='"name":"taken-name","version_req":"^1","features":[],"optional":false,"default_features":true,"target":null,"kind":"normal"'
	before=$(footprint)
	while read -r text; do
		text=${text//@/\\u0000}
		answer=$(kit publish "$base_url" "$alice" --meta "{$text}" foo 1.0.0)
		is "$(head -n 1 <<<"$answer")" 400 "$text"
	done <<-META
	"description":"a@b"
	"documentation":"http://a@b"
	"homepage":"http://a@b"
	"repository":"http://a@b"
	"license":"MIT@"
	"license_file":"a@"
	"readme_file":"a@b"
	"links":"a@b"
	"rust_version":"1.@"
	"authors":["a@b"]
	"keywords":["a@b"]
	"categories":["a@b"]
	"badges":{"a@":{"b":"c"}}
	"features":{"a@b":[]}
	"features":{"a":["b@c"]}
	"deps":[{${dep/taken/ta@en}}]
	"deps":[{${dep/^1/^1@}}]
	"deps":[{${dep/null/\"cfg(@)\"}}]
	"deps":[{${dep/[]/[\"a@\"]}}]
	"deps":[{${dep/normal/nor@}}]
	"deps":[{$dep,"explicit_name_in_toml":"a@b"}]
	"deps":[{$dep,"registry":"a@b"}]
	META
	is "$(footprint)" "$before"
	for text in '/api/v1/crates?q=a%00b' '/api/v1/crates?keyword=%00' \
		'/api/v1/crates/a%00b' '/index/fo/o%00/foo%00'; do
		like "$(http GET "$text")" '^40[04]$'
	done
}
it "a NUL in any text of the metadata or the address is refused" nul_everywhere
it "an empty name is refused" refused 400 "crate name cannot be empty" honest ""
it "a name that begins with a digit is refused" refused 400 "cannot start with a digit" honest 1x
it "a name with a plus is refused" refused 400 'invalid character `\+`' honest foo+plus
it "a name of 65 characters is refused" refused 400 "is too long \(max 64 characters\)" \
	honest "$(printf 'a%.0s' {1..65})"
it "a reserved name is refused" refused 400 "reserved name" honest compiler_rt
it "a name that differs from another in case only is refused" \
	refused 400 'crate was previously named `taken-name`' honest Taken-Name
it "a name that differs from another in dashes only is refused" \
	refused 400 'crate was previously named `taken-name`' honest taken_name
it "a version that is none is refused" refused 400 '"broken" is an invalid semver version' honest foo broken
it "a version that exists is refused" refused 400 'crate version `1.0.0` is already uploaded' \
	honest taken-name 1.0.0
it "a version that differs in build metadata only is refused" \
	refused 400 'crate version `1.0.0` is already uploaded' honest taken-name 1.0.0+other
it "missing description and license are both named" refused 400 \
	"missing or empty metadata fields: description, license" honest foo 1.0.0 \
	'{"description":"","license":""}'
it "a license that is no SPDX expression is refused" refused 400 "unknown or invalid license expression" \
	honest foo 1.0.0 '{"license":"MIT AND Nonsense"}'
it "a homepage that is no web address is refused" refused 400 'URL for field `homepage` must begin with' \
	honest foo 1.0.0 '{"homepage":"javascript:alert(1)"}'
it "six keywords are refused" refused 400 "expected at most 5 keywords per crate" \
	honest foo 1.0.0 '{"keywords":["a","b","c","d","e","f"]}'
it "a keyword with a space is refused" refused 400 "is an invalid keyword" \
	honest foo 1.0.0 '{"keywords":["two words"]}'
it "an unknown category is refused" refused 400 "not currently supported" \
	honest foo 1.0.0 '{"categories":["no-such-category"]}'
it "a feature with a tilde is refused" refused 400 'invalid character `~` in feature' \
	honest foo 1.0.0 '{"features":{"~f":[]}}'
it "a wildcard dependency is refused" refused 400 'wildcard \(`\*`\) dependency constraints are not allowed' \
	honest foo 1.0.0 '{"deps":[{"name":"taken-name","version_req":"*","features":[],"optional":false,"default_features":true,"target":null,"kind":"normal"}]}'
it "a dependency that does not exist is refused" refused 400 'no known crate named `nowhere`' \
	honest foo 1.0.0 '{"deps":[{"name":"nowhere","version_req":"^1","features":[],"optional":false,"default_features":true,"target":null,"kind":"normal"}]}'
it "a dependency requirement that is none is refused" refused 400 '"broken" is an invalid version requirement' \
	honest foo 1.0.0 '{"deps":[{"name":"taken-name","version_req":"broken","features":[],"optional":false,"default_features":true,"target":null,"kind":"normal"}]}'

# --- the tarball ------------------------------------------------------------

malformed="uploaded tarball is malformed"
it "an empty tarball is refused" refused 400 "$malformed|missing a" tarball-empty
it "a tarball without gzip is refused" refused 400 "$malformed" tarball-not-gzip
it "a tarball of random bytes is refused" refused 400 "$malformed" tarball-random
it "a truncated gzip stream is refused" refused 400 "$malformed" tarball-gzip-truncated
it "a truncated tar is refused" refused 400 "$malformed" tarball-tar-truncated
it "a bomb of 600 MiB is refused" refused 400 "malformed or too large when decompressed" tarball-bomb
it "a symbolic link is refused" refused 400 "unexpected tar entry type Symlink found: foo-1.0.0/link" tarball-symlink
it "a hard link is refused" refused 400 "unexpected tar entry type Link found" tarball-hardlink
it "a fifo is refused" refused 400 "unexpected tar entry type Fifo found" tarball-fifo
it "a device is refused" refused 400 "unexpected tar entry type Char found" tarball-device
it "an absolute path is refused" refused 400 "invalid path found" tarball-absolute-path
it "a path with .. is refused" refused 400 "invalid path found" tarball-dotdot-path
it "a path outside the prefix is refused" refused 400 "invalid path found: other-1.0.0/x" tarball-wrong-prefix
it "a path whose prefix is only longer is refused" refused 400 "invalid path found: foo-1.0.0x/y" tarball-longer-prefix
it "a path that is not UTF-8 is refused" refused 400 "invalid path found" tarball-path-invalid-utf8
it "a pax size that differs from the header is refused" refused 400 "$malformed" tarball-pax-size-lies
it "two manifests are refused" refused 400 'more than one `Cargo.toml` manifest file' tarball-two-manifests
it "the same manifest twice is refused" refused 400 "." tarball-same-manifest-twice
it "a manifest in capitals is refused" refused 400 'CARGO.TOML. was found' tarball-wrong-case-manifest
it "a tarball without a manifest is refused" refused 400 'missing a `Cargo.toml` manifest file' tarball-without-manifest
it "a manifest that is no TOML is refused" refused 400 'failed to parse `Cargo.toml` manifest file' manifest-not-toml
it "a manifest that is not UTF-8 is refused" refused 400 'failed to parse `Cargo.toml`' manifest-invalid-utf8
it "a NUL in the manifest is refused" refused 400 'failed to parse `Cargo.toml`' manifest-nul
it "a manifest nested fifty thousand deep is refused" refused 400 'failed to parse `Cargo.toml`' manifest-deep
it "a manifest without a package is refused" refused 400 'missing field `package`' manifest-without-package
it "a manifest with another name is refused" refused 400 \
	'metadata name `foo` does not match manifest name `other`' manifest-other-name
it "a manifest with another version is refused" refused 400 \
	'metadata version `1.0.0` does not match manifest version `9.9.9`' manifest-other-version
it "a manifest with patches is refused" refused 400 'crates cannot be published with `\[patch\]` tables' manifest-patch

# --- the request around it --------------------------------------------------

hundred_thousand_parameters() {
	local answer
	answer=$("$python" - "$base_url" <<'PY'
import sys, urllib.parse, http.client
parts = urllib.parse.urlsplit(sys.argv[1])
for query in ("&".join("ids[]=a" for _ in range(100000)), "q=" + "a" * 200000):
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.request("GET", "/api/v1/crates?" + query)
    print(connection.getresponse().status)
    connection.close()
PY
	)
	unlike "$answer" "^(5|200)"
	is "$(http GET "/api/v1/crates?$(printf 'a&%.0s' {1..4000})" -g)" 400
}
it "a hundred thousand query parameters are refused" hundred_thousand_parameters

far_pages() {
	is "$(http GET '/api/v1/crates?page=1000000000')" 400
	is "$(http GET '/api/v1/crates?page=99999999999999999999999')" 400
	is "$(http GET '/api/v1/crates?page=-1')" 400
	is "$(http GET '/api/v1/crates?page=0')" 400
	is "$(http GET '/api/v1/crates?per_page=1000')" 400
	is "$(http GET '/api/v1/crates?seek=%00%ff')" 400
}
it "pages beyond reason are refused" far_pages

# half_sent: the client goes away in the middle of its body.
half_sent() {
	local before
	before=$(footprint)
	kit body foo 1.0.0 >"$house/work/frame"
	{
		printf 'PUT /api/v1/crates/new HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: 100000\r\n\r\n' "$alice"
		head -c 300 "$house/work/frame"
		sleep 0.3
	} | timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/'"$port"'; cat >&3'
	sleep 0.5
	is "$(footprint)" "$before"
	is "$(http GET /index/3/f/foo)" 404
}
it "a client that goes away within its body leaves nothing" half_sent

# A link in a mail is opened with GET, whatever the mail says.
secrets_stay_out_of_the_log() {
	is "$(http PUT /api/v1/confirm/secretlink1)" 400
	is "$(http GET /api/v1/confirm/secretlink2)" 400
	is "$(http PUT /api/v1/me/crate_owner_invitations/accept/secretlink3)" 404
	is "$(http GET /api/v1/me/crate_owner_invitations/accept/secretlink4)" 405
	is "$(http GET /api/v1/me -H "Authorization: secretlink5")" 401
	wait_until 10 logged_links
	is "$(grep secretlink "$house/log/entrepot.log" || :)" ""
	is "$(grep -c 'target=/confirm/:token' "$house/log/entrepot.log")" 2
}
# The last of the requests above; lines wait a moment for others.
logged_links() { [ "$(grep -c 'target=/confirm/:token' "$house/log/entrepot.log")" = 2 ]; }
it "mailed links and tokens stay out of the log" secrets_stay_out_of_the_log

nothing_is_wrong() { admin verify; }
it "entrepot-admin verify finds nothing wrong afterwards" nothing_is_wrong

done_testing
