# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The same requests through every web server: what differs between them (path
# decoding, body handling, sending files, conditional requests) must not show.
# A script in e2e/servers sources this after house.sh, starts the registry
# behind its server and calls smoke.

python=/usr/bin/python3
[ -x "$python" ] || python=python3

kit() { "$python" "$kit" "$@"; }
hextar() { "$python" "$support/hextar.py" "$@"; }

# publish_crate NAME VERSION [OPTION]...: must succeed.
publish_crate() {
	local answer
	answer=$(kit publish "$base_url" "$alice" "${@:3}" "$1" "$2")
	is "$(head -n 1 <<<"$answer")" 200 "$answer"
}

publish_crates() {
	publish_crate smoke 1.0.0
	publish_crate smoke 1.1.0+build.7
	# beyond what servers take unless they are told: 128 KiB and 1 MiB
	printf '{"readme":"%300000s","readme_file":"README.md"}' x >"$house/work/meta"
	publish_crate Smoke_Big 0.1.0 --meta "@$house/work/meta"
	publish_crate smoke-huge 0.1.0 --weight 3000000
}

index_answers() {
	is "$(http GET /index/config.json)" 200
	body | jq -e '.dl and .api'
	is "$(http GET /index/sm/ok/smoke)" 200
	like "$(header content-type)" "^text/plain"
	is "$(body | jq -r .vers | tr '\n' ' ')" "1.0.0 1.1.0+build.7 "
	[ -n "$(header etag)" ]
	is "$(http GET /index/no/ne/none)" 404
}

index_conditional() {
	local etag modified
	http GET /index/sm/ok/smoke >/dev/null
	etag=$(header etag)
	modified=$(header last-modified)
	is "$(http GET /index/sm/ok/smoke -H "If-None-Match: $etag")" 304
	is "$(wc -c <"$house/work/body")" 0
	is "$(header etag)" "$etag"
	is "$(http GET /index/sm/ok/smoke -H 'If-None-Match: "other"')" 200
	[ -z "$modified" ] ||
		is "$(http GET /index/sm/ok/smoke -H "If-Modified-Since: $modified")" 304
}

# A server that compresses has a tag of its own for what it sends.
index_compressed() {
	local etag
	is "$(http GET /index/sm/ok/smoke -H 'Accept-Encoding: gzip')" 200
	etag=$(header etag)
	is "$(http GET /index/sm/ok/smoke -H 'Accept-Encoding: gzip' -H "If-None-Match: $etag")" 304
	is "$(http GET /index/sm/ok/smoke --compressed)" 200
	is "$(body | jq -r .vers | tr '\n' ' ')" "1.0.0 1.1.0+build.7 "
}

# Once the server compresses documents. What is signed or hashed stays as it is.
pages_compressed() {
	local etag
	is "$(http GET /simple/smoke-py/)" 200
	is "$(header content-encoding)" ""
	cp "$house/work/body" "$house/work/plain"
	is "$(http GET /simple/smoke-py/ -H 'Accept-Encoding: gzip')" 200
	is "$(header content-encoding)" gzip
	like "$(header vary)" "[Aa]ccept-[Ee]ncoding"
	gzip -dc <"$house/work/body" | cmp - "$house/work/plain"
	etag=$(header etag)
	is "$(http GET /simple/smoke-py/ -H 'Accept-Encoding: gzip' -H "If-None-Match: $etag")" 304
	is "$(http GET /simple/smoke-py/ -H "If-None-Match: $etag")" 304
	is "$(http GET /files/crates/smoke/smoke-1.0.0.crate -H 'Accept-Encoding: gzip')" 200
	is "$(header content-encoding)" ""
	is "$(sha256sum <"$house/work/body" | cut -d' ' -f1)" "$(index_cksum 1.0.0)"
}

# compression SERVER
compression() {
	it "$1, compressing: pages are compressed and asked for conditionally" pages_compressed
	it "$1, compressing: an index file that the server compresses answers 304 to its tag" index_compressed
	it "$1, compressing: the objects of a Hex repository arrive as they are stored" hex_objects
	it "$1, compressing: a wheel has the uploaded bytes, whole, in part and as metadata" python_files
}

head_requests() {
	is "$(http HEAD /index/sm/ok/smoke)" 200
	is "$(http HEAD /api/v1/crates/smoke)" 200
	is "$(http HEAD /api/v1/crates/none)" 404
}

json_answers() {
	is "$(http GET /api/v1/crates/smoke)" 200
	like "$(header content-type)" "^application/json"
	is "$(body | jq -r .crate.max_version)" 1.1.0+build.7
	is "$(http GET /api/v1/crates/none)" 404
	body | jq -e '.errors[0].detail'
	[ -n "$(header x-request-id)" ]
	is "$(http GET '/api/v1/crates?q=smoke&per_page=1')" 200
	body | jq -e '.meta.total == 3 and (.crates | length) == 1'
}

download_whole() {
	local want
	want=$(index_cksum 1.0.0)
	is "$(http GET /api/v1/crates/smoke/1.0.0/download -L)" 200
	is "$(sha256sum <"$house/work/body" | cut -d' ' -f1)" "$want"
	is "$(header content-length)" "$(wc -c <"$house/work/body" | tr -d ' ')"
	is "$(header x-sendfile)$(header x-accel-redirect)" ""
	like "$(header x-content-type-options)" nosniff
}

index_cksum() {
	curl -fsS "$base_url/index/sm/ok/smoke" |
		jq -r "select(.vers == \"$1\") | .cksum"
}

download_plus() {
	local path
	for path in 1.1.0+build.7 1.1.0%2Bbuild.7 1.1.0%2bbuild%2e7; do
		is "$(http GET "/api/v1/crates/smoke/$path/download" -L)" 200 "$path"
		is "$(sha256sum <"$house/work/body" | cut -d' ' -f1)" \
			"$(index_cksum 1.1.0+build.7)"
	done
}

download_range() {
	local size
	http GET /api/v1/crates/smoke/1.0.0/download -L >/dev/null
	cp "$house/work/body" "$house/work/whole"
	size=$(wc -c <"$house/work/whole")
	is "$(http GET /api/v1/crates/smoke/1.0.0/download -L -r 10-19)" 206
	is "$(header content-range)" "bytes 10-19/$size"
	cmp "$house/work/body" <(tail -c +11 "$house/work/whole" | head -c 10)
	is "$(http GET /api/v1/crates/smoke/1.0.0/download -L -r -5)" 206
	cmp "$house/work/body" <(tail -c 5 "$house/work/whole")
	is "$(http GET /api/v1/crates/smoke/1.0.0/download -L -r 999999-)" 416
	is "$(header content-range)" "bytes */$size"
	is "$(header x-sendfile)$(header x-accel-redirect)" ""
	# what changed in between is sent whole
	is "$(http GET /api/v1/crates/smoke/1.0.0/download -L -r 10-19 -H 'If-Range: "other"')" 200
	cmp "$house/work/body" "$house/work/whole"
}

# counted FILE: its downloads that have been written.
counted() {
	sql "SELECT coalesce(sum(d.count), 0) FROM download_day d JOIN file f ON f.id = d.file_id
		WHERE f.filename = '$1'"
}
has_counted() { [ "$(counted "$1")" -ge 1 ]; }

# count_pieces FILE PATH: the piece that counts comes last, when all that does
# not is older and would be written sooner.
count_pieces() {
	is "$(http GET "$2" -r 10-)" 206
	is "$(http GET "$2" -r -5)" 206
	is "$(http GET "$2" -r 99999999-)" 416
	is "$(http HEAD "$2")" 200
	is "$(http GET "$2" -H "If-None-Match: $(header etag)")" 304
	is "$(http GET "$2" -r 0-9)" 206
	wait_until 10 has_counted "$1"
	is "$(counted "$1")" 1 "$1"
}

# pieces_count_once [LETTERS]: these end the packages' names.
pieces_count_once() {
	local word=${1:-}
	publish_crate "pieces$word" 1.0.0
	count_pieces "pieces$word-1.0.0.crate" "/files/crates/pieces$word/pieces$word-1.0.0.crate"
	hextar "pieces_hex$word" 1.0.0 >"$house/work/pieces"
	is "$(hex_api POST "/packages/pieces_hex$word/releases?replace=false" \
		-H 'Content-Type: application/octet-stream' --data-binary "@$house/work/pieces")" 201
	count_pieces "pieces_hex$word-1.0.0.tar" "/repo/tarballs/pieces_hex$word-1.0.0.tar"
	is "$(pykit upload "$base_url" "$alice" "pieces-py$word" 1.0)" 200
	count_pieces "pieces_py$word-1.0-py3-none-any.whl" "$(python_file "pieces-py$word")"
}

download_conditional() {
	local etag
	http GET /api/v1/crates/smoke/1.0.0/download -L >/dev/null
	etag=$(header etag)
	[ -n "$etag" ]
	is "$(http GET /api/v1/crates/smoke/1.0.0/download -L -H "If-None-Match: $etag")" 304
	is "$(header x-sendfile)$(header x-accel-redirect)" ""
	is "$(wc -c <"$house/work/body")" 0
}

download_head() {
	is "$(http HEAD /api/v1/crates/smoke/1.0.0/download -L)" 200
	is "$(header content-length)" "$(kit crate smoke 1.0.0 | wc -c)"
}

writes() {
	is "$(http DELETE /api/v1/crates/smoke/1.0.0/yank -H "Authorization: $alice")" 200
	is "$(index_yanked 1.0.0)" true
	is "$(http PUT /api/v1/crates/smoke/1.0.0/unyank -H "Authorization: $alice" \
		-H 'Content-Type: application/json' -H 'Content-Length: 0')" 200
	is "$(index_yanked 1.0.0)" false
	is "$(http PUT /api/v1/crates/smoke/owners -H "Authorization: Bearer $alice" \
		-H 'Content-Type: application/json' -d '{"users":["bob"]}')" 200
	is "$(http DELETE /api/v1/crates/smoke/owners -H "Authorization: $alice" \
		-H 'Content-Type: application/json' -d '{"users":["alice"]}')" 400
	is "$(http DELETE /api/v1/crates/smoke/1.0.0/yank)" 403
}

index_yanked() {
	curl -fsS "$base_url/index/sm/ok/smoke" |
		jq "select(.vers == \"$1\") | .yanked"
}

chunked_body() {
	kit body smoke-chunked 1.0.0 >"$house/work/frame"
	is "$(http PUT /api/v1/crates/new -H "Authorization: $alice" \
		-H 'Transfer-Encoding: chunked' -H 'Expect:' -T "$house/work/frame")" 200
	is "$(http GET /index/sm/ok/smoke-chunked)" 200
}

# More than any protocol takes, so that the answer is entrepot's in each case.
large_body() {
	head -c 110000000 /dev/zero >"$house/work/large"
	is "$(http PUT /api/v1/crates/smoke/owners -H "Authorization: $alice" \
		-H 'Content-Type: application/json' -T "$house/work/large")" 413
	body | jq -e '.errors[0].detail'
	rm "$house/work/large"
}

# More uploads at once than there are workers.
slow_bodies() {
	local slow begin
	kit body smoke-slow 1.0.0 >"$house/work/frame"
	"$python" "$support/slow.py" "$base_url" PUT /api/v1/crates/new 6 2 "Authorization: $alice" \
		<"$house/work/frame" >"$house/work/slow" &
	slow=$!
	sleep 0.5
	begin=$(date +%s%N)
	for _ in 1 2 3 4; do
		is "$(http GET /index/sm/ok/smoke)" 200
	done
	[ $((($(date +%s%N) - begin) / 1000000)) -lt 1000 ]
	wait "$slow"
	like "$(cat "$house/work/slow")" "200"
	unlike "$(cat "$house/work/slow")" "5[0-9][0-9]"
}

other_versions() {
	is "$(http GET /index/sm/ok/smoke --http1.0)" 200
	# an offer to go on with HTTP/2, as curl and Java make it
	is "$(http GET /index/sm/ok/smoke --http2)" 200
	is "$(body | wc -l)" 2
	kit body smoke-h2c 1.0.0 >"$house/work/frame"
	is "$(http PUT /api/v1/crates/new --http2 -H "Authorization: $alice" -H 'Expect: 100-continue' \
		-T "$house/work/frame")" 200
	is "$(http GET /index/sm/ok/smoke-h2c)" 200
}

# A host that leaves nothing to its customers sets longest_query.
long_queries() {
	local words
	words=$(head -c "${longest_query:-16000}" /dev/zero | tr '\0' a)
	is "$(http GET "/api/v1/crates?per_page=1&q=$words")" 200
	like "$(http GET "/api/v1/crates?per_page=1&q=$words$words$words")" "^4(00|14|31)$"
}

odd_paths() {
	local path
	is "$(http GET /api/v1/crates/%73moke)" 200
	is "$(http GET /index/sm/ok/%73moke)" 200
	is "$(http GET /api/v1/crates/smo%2Fke)" 404
	# dot segments and double slashes mean what they mean in RFC 3986
	is "$(http GET /api/v1/crates/../crates/smoke)" 200
	is "$(http GET /api/v1/crates/%2e%2e/crates/smoke)" 200
	is "$(http GET //api//v1/crates)" 200
	is "$(http GET /../../etc/passwd)" 400
	like "$(http GET /api/v1/crates/..%2fsmoke)" "^40[04]$"
	like "$(http GET /api/v1/crates/a%00b)" "^40[04]$"
	like "$(http GET /api/v1/crates/%zz)" "^40[04]$"
	like "$(http GET /api/v1/crates/%ff%fe)" "^40[04]$"
	# nothing that a server knows about names of files holds for them
	for path in smoke~ smoke.inc .htaccess smoke.var smoke.php; do
		is "$(http GET "/api/v1/crates/$path")" 404 "$path"
		body | jq -e '.errors[0].detail'
	done
}

# hex_api METHOD PATH [CURL-OPTION]...: as Hex clients ask the API.
hex_api() {
	http "$1" "/api$2" -H "Authorization: $alice" -H 'Accept: application/vnd.hex+erlang' \
		-A 'hex_core/0.18.0 hex/2.5.1 (elixir/1.14.0) (OTP/25) (erts/13.1.5)' "${@:3}"
}

hex_uploads() {
	hextar smoke_hex 1.0.0 >"$house/work/tarball"
	is "$(hex_api POST '/packages/smoke_hex/releases?replace=false' -H 'Expect: 100-continue' \
		-H 'Content-Type: application/octet-stream' --data-binary "@$house/work/tarball")" 201
	is "$(header location)" "$base_url/api/packages/smoke_hex/releases/1.0.0"
	like "$(header content-type)" "^application/vnd.hex\\+erlang"
	# an empty body that claims to be a term
	is "$(hex_api DELETE /packages/smoke_hex/releases/1.0.0/retire \
		-H 'Content-Type: application/vnd.hex+erlang' -H 'Content-Length: 0')" 204
	is "$(wc -c <"$house/work/body")" 0
	is "$(header content-type)" ""
}

hex_objects() {
	local path
	for path in names versions packages/smoke_hex tarballs/smoke_hex-1.0.0.tar; do
		is "$(http GET "/repo/$path" -H 'Accept-Encoding: gzip, deflate' -H 'User-Agent:')" 200 "$path"
		is "$(header content-encoding)" "" "$path"
		[ -n "$(header etag)" ]
		cp "$house/work/body" "$house/work/object"
		is "$(http GET "/repo/$path" -H "If-None-Match: $(header etag)")" 304 "$path"
	done
	cmp "$house/work/object" "$house/work/tarball"
	http GET /repo/packages/smoke_hex >/dev/null
	gzip -dc "$house/work/body" | grep -aq 1.0.0
	is "$(http GET /repo/packages/none)" 404
}

hex_challenge() {
	is "$(http GET /api/packages/smoke_hex -H 'Authorization: 0123456789abcdef0123456789abcdef')" 401
	is "$(header www-authenticate)" "Basic realm=hex"
}

pykit() { "$python" -B "$support/pykit.py" "$@"; }

# The kind of page that pip asks for.
pip_accept='Accept: application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01'

python_uploads() {
	is "$(pykit upload "$base_url" "$alice" Smoke.Py 1.0)" 200
	is "$(pykit upload "$base_url" "$alice" --sdist Smoke.Py 1.0)" 200
	is "$(pykit upload "$base_url" "$alice" --pad 3000000 smoke-large 1.0)" 200
	is "$(pykit upload "$base_url" "$alice" --pad 3000000 smoke-large 1.0)" 200
	like "$(pykit upload "$base_url" "$alice" --description other Smoke.Py 1.0)" "^400
File already exists \\('smoke_py-1.0"
	is "$(http POST /legacy -d x)" 308
	is "$(header location)" "$base_url/legacy/"
}

python_pages() {
	is "$(http GET /simple/smoke-py/)" 200
	like "$(header content-type)" "^text/html"
	has "$(body)" ">smoke_py-1.0-py3-none-any.whl</a>"
	is "$(http GET /simple/smoke-py/ -H "$pip_accept")" 200
	is "$(header content-type)" "application/vnd.pypi.simple.v1+json"
	body | jq -e '.files | length == 2'
	is "$(http GET /simple/smoke-py/ -H "$pip_accept" -H "If-None-Match: $(header etag)")" 304
	is "$(wc -c <"$house/work/body")" 0
	is "$(http GET /simple/smoke-py/ -H "$pip_accept" -H 'If-None-Match: "other"')" 200
	is "$(http HEAD /simple/smoke-py/)" 200
	is "$(http GET /simple/Smoke_Py/)" 301
	is "$(http GET /simple/smoke-py)" 301
	is "$(http GET /simple/nowhere/)" 404
	is "$(http GET /pypi/smoke-py/1.0/json)" 200
	is "$(http GET /pypi/nowhere/json)" 404
	is "$(body)" '{"message": "Not Found"}'
}

python_files() {
	local url size
	url=$(python_file smoke-large)
	is "$(http GET "$url" -H 'Accept-Encoding: gzip, deflate')" 200
	is "$(sha256sum <"$house/work/body" | cut -d' ' -f1)" \
		"$(curl -fsS "$base_url/pypi/smoke-large/json" | jq -r '.urls[0].digests.sha256')"
	is "$(header content-encoding)$(header x-sendfile)$(header x-accel-redirect)" ""
	like "$(header x-content-type-options)" nosniff
	like "$(header cache-control)" immutable
	is "$(header accept-ranges)" bytes
	size=$(wc -c <"$house/work/body")
	cp "$house/work/body" "$house/work/whole"
	is "$(http GET "$url" -H "If-None-Match: $(header etag)")" 304
	is "$(http HEAD "$url")" 200
	is "$(header content-length)" "$size"
	is "$(http GET "$url" -r -10240)" 206
	is "$(header content-range)" "bytes $((size - 10240))-$((size - 1))/$size"
	cmp "$house/work/body" <(tail -c 10240 "$house/work/whole")
	is "$(http GET "$url" -r "$size-")" 416
	is "$(http GET "$url.metadata")" 200
	like "$(body)" "^Metadata-Version: 2.1"
}

# twine shows the reason of a refusal, which lighttpd replaces by the usual one.
python_reasons() {
	local reason="is an invalid value for Name"
	is "$(http POST /legacy/ -H "Authorization: Bearer $alice" -F :action=file_upload -F protocol_version=1)" 400
	has "$(body)" "$reason"
	[[ $(header server) == lighttpd* ]] || has "$(head -n 1 "$house/work/headers")" "$reason"
}

large_wheel() {
	is "$(pykit upload "$base_url" "$alice" --pad 100000000 smoke-huge 2.0.0)" 200
	is "$(http HEAD "$(python_file smoke-huge)")" 200
	[ "$(header content-length)" -gt 100000000 ]
}

# python_file PROJECT: the path of its newest release's first file.
python_file() {
	local url
	url=$(curl -fsS "$base_url/pypi/$1/json" | jq -r '.urls[0].url')
	echo "${url#"$base_url"}"
}

wrong_methods() {
	is "$(http POST /index/config.json -d x)" 405
	like "$(header allow)" GET
	is "$(http DELETE /api/v1/crates/smoke/1.0.0/download)" 405
}

operations_answers() {
	is "$(http GET /-/health)" 200
	is "$(http GET /-/ready)" 200
	is "$(http GET /-/metrics)" 200
	like "$(body)" "# TYPE "
}

many_at_once() {
	local seen
	seen=$(kit load "$base_url" --seconds 2 --jobs 8 /index/sm/ok/smoke \
		/api/v1/crates/smoke/1.0.0/download /api/v1/crates/smoke)
	is "${seen#* }" 0
	[ "${seen% *}" -gt 20 ]
}

# smoke SERVER
smoke() {
	it "$1: crates are published, also one of 3 MB" publish_crates
	it "$1: the index answers 200 and 404" index_answers
	it "$1: conditional requests to the index answer 304" index_conditional
	it "$1: an index file that the server compresses answers 304 to its tag" index_compressed
	it "$1: HEAD answers as GET without a body" head_requests
	it "$1: the API answers JSON, errors included" json_answers
	it "$1: a download has the published bytes and shows no internal header" download_whole
	it "$1: a version with + is found, plain and escaped" download_plus
	it "$1: a download honours Range" download_range
	it "$1: a download in pieces counts once" pieces_count_once
	it "$1: a download answers 304 to its own ETag" download_conditional
	it "$1: HEAD of a download tells its length" download_head
	it "$1: PUT without body, PUT and DELETE with body arrive" writes
	it "$1: a chunked upload arrives" chunked_body
	it "$1: a body beyond every limit is refused by entrepot" large_body
	it "$1: slow uploads hold up nobody" slow_bodies
	it "$1: requests of HTTP/1.0 and offers of HTTP/2 are answered" other_versions
	it "$1: a long query arrives" long_queries
	it "$1: escaped and malicious paths are told apart" odd_paths
	it "$1: a Hex package is uploaded with Expect, and a DELETE has an empty answer" hex_uploads
	it "$1: the objects of a Hex repository arrive as they are stored" hex_objects
	it "$1: a wrong key is challenged in the protocol's words" hex_challenge
	it "$1: wheels and an sdist are uploaded, also of 3 MB, and refusals tell why" python_uploads
	it "$1: a Python project's pages are negotiated and asked for conditionally" python_pages
	it "$1: a wheel has the uploaded bytes, whole, in part and as metadata" python_files
	it "$1: the reason of a refusal arrives" python_reasons
	it "$1: a wrong method is answered 405 with Allow" wrong_methods
	it "$1: health, readiness and metrics answer" operations_answers
	it "$1: eight clients at once lose nothing" many_at_once
}
