#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Malicious and broken uploads of Python distributions through a real web
# server: each gets its documented answer and leaves no row, no file and no blob.

. "$(dirname "$0")/../support/house.sh"
. "$support/python.sh"
. "$support/footprint.sh"

[ -x /usr/bin/python3 ] || skip_all "no python3"
house_open
house_set pypi_max_unpacked 512m
house_set pypi_max_file 30m
house_start lighttpd || bail "the registry did not start"
python_setup
given "$base_url" "$alice" taken 1.0 && given "$base_url" "$alice" --sdist taken 1.0 ||
	bail "nothing can be uploaded"

footprint_tables package package_pypi release release_pypi file blob dependency owner deleted_file \
	provenance change index_object index_part job mail audit

# refused STATUS REGEX NAME VERSION [OPTION]...
refused() {
	local before answer status=$1 regex=$2
	shift 2
	before=$(footprint)
	answer=$(pykit upload "$base_url" "${token-$alice}" "$@")
	is "$(head -n 1 <<<"$answer")" "$status" "$answer"
	like "$(tail -n +2 <<<"$answer")" "$regex"
	is "$(footprint)" "$before"
	is "$(http GET /simple/foo/)" 404
}

# evil STATUS REGEX KIND
evil() { refused "$1" "$2" foo 1.0 --evil "$3"; }

# field REGEX NAME=VALUE
field() { refused 400 "$1" foo 1.0 --form "$2"; }

# --- the form ---------------------------------------------------------------

it "an empty body is refused" evil 400 "multipart|Unknown or missing :action" body-empty
it "a body of another kind is refused" evil 400 "Invalid multipart body" body-urlencoded
it "a body that ends in its middle is refused" evil 400 "Invalid multipart body: it ends early" body-unfinished
it "a hundred thousand boundaries are refused" evil 400 "Invalid multipart body" body-only-boundaries
it "a hundred thousand fields are refused" evil 400 "too many parts" fields-many
it "a field a hundred thousand times is refused" evil 400 "too many parts" field-repeated
it "a text of 64 MiB is refused" evil 413 "." fields-large
it "headers of 1 MiB in a part are refused" evil 400 "Invalid multipart body" part-headers-large
it "a form in the form is refused" evil 400 "." part-nested
it "two files are refused" evil 400 "Upload payload has more than one file" content-twice
it "no file is refused" evil 400 "Upload payload does not have a file" content-missing
it "a picture is refused" evil 400 "Invalid distribution file" content-is-image
it "a text that comes as a file is refused" evil 400 "name: Should not be a tuple" name-as-file
it "an unknown action is refused" evil 400 "Unknown or missing :action" action-unknown
it "an unknown version of the protocol is refused" evil 400 "Unknown protocol version" protocol-unknown

# --- texts ------------------------------------------------------------------

it "a NUL in the name is refused" evil 400 "invalid value for Name" name-nul
it "two names are refused" evil 400 "'name' has invalid data|invalid value for Name" name-twice
it "a NUL in the version is refused" evil 400 "is invalid for 'version'" version-nul
it "a summary in Latin-1 is refused" evil 400 "UTF-8" summary-latin1
it "a summary with half a character is refused" evil 400 "UTF-8" summary-surrogate
it "a description in Latin-1 is refused" evil 400 "UTF-8" description-latin1
it "a name that is none is refused" field "'foo-' is an invalid value for Name. Error: Start and end with" name=foo-
it "a name with a path is refused" field "is an invalid value for Name" name=../foo
it "a name in Cyrillic is refused" field "is an invalid value for Name" name=fоо
it "a version that is none is refused" field "'dog' is invalid for 'version'" version=dog
it "a version with a path is refused" field "is invalid for 'version'" version=1.0/../2
it "a summary of two lines is refused" field "'summary' must be a single line" $'summary=two\nlines'
it "a homepage that is no web address is refused" field "'javascript:alert\\(1\\)' is not a valid url" \
	'home_page=javascript:alert(1)'
it "a requirement that is none is refused" field "is invalid for 'requires-dist'" 'requires_dist=foo >= dog'
it "a requirement from elsewhere is refused" field "Can't have direct dependency" \
	'requires_dist=foo @ https://registry.example/foo.whl'
it "a Python requirement that would be markup is refused" field "is invalid for 'requires-python'" \
	'requires_python="><script>alert(1)</script>'
it "an unknown classifier is refused" field "is not a valid classifier" 'classifiers=Not :: Known'
it "an unknown version of the metadata is refused" field "is not a valid metadata version" metadata_version=9.9
it "an unknown type of file is refused" field "Use a known file type" filetype=bdist_wininst
it "a name of the standard library is refused" refused 400 "conflict with Python Standard Library" \
	xml.etree 1.0
it "a name that looks like another one is refused" refused 400 "too similar to an existing project" \
	ta-k.en 1.0

# --- names of files ---------------------------------------------------------

slash="Cannot upload a file with '/' or '.' in the name"
control="non-printable characters"
it "a file name with ../ is refused" evil 400 "$slash" filename-slash
it "a file name with a backslash is refused" evil 400 "$slash" filename-backslash
it "a file name from the root is refused" evil 400 "$slash" filename-absolute
it "a file called .. is refused" evil 400 "Invalid file extension" filename-dots
it "a NUL in the file name is refused" evil 400 "$control|Invalid multipart body" filename-nul
it "an escape in the file name is refused" evil 400 "$control|Invalid multipart body" filename-control
it "a file name in Latin-1 is refused" evil 400 "UTF-8|Invalid multipart body" filename-latin1
it "a file name of 300 characters is refused" evil 400 "Filename is too long" filename-long
it "the file name of another project is refused" evil 400 "Start filename for 'foo' with 'foo'" filename-other-project
it "the file name of another version is refused" evil 400 "Version in filename should be '1.0' not '6.6.6'" \
	filename-other-version
it "an egg is refused" evil 400 "Invalid file extension" filename-egg
it "a wheel with the name of an sdist is refused" evil 400 "Extension .tar.gz is invalid for filetype bdist_wheel" \
	filename-sdist-of-wheel

# --- digests ----------------------------------------------------------------

lies="The digest supplied does not match a digest calculated from the uploaded file"
it "a wrong MD5 is refused" evil 400 "$lies" md5-lies
it "a wrong SHA-256 is refused" evil 400 "$lies" sha256-lies
it "a wrong BLAKE2 is refused" evil 400 "$lies" blake2-lies
it "a SHA-256 that is too short is refused" evil 400 "Use a valid, hex-encoded, SHA256" sha256-short
it "no digest at all is refused" evil 400 "Include at least one message digest" digests-missing

# --- wheels -----------------------------------------------------------------

zip="Invalid distribution file. ZIP archive not accepted: "
nozip="Invalid distribution file. File is not a zipfile"
it "an empty wheel is refused" evil 400 "$nozip" wheel-empty
it "a wheel of random bytes is refused" evil 400 "$nozip" wheel-random
it "a wheel that is a tar is refused" evil 400 "$nozip" wheel-is-sdist
it "a wheel that is a tar, too, is refused" evil 400 "Invalid distribution file" wheel-and-tar
it "a wheel behind something else is refused" evil 400 "$zip" wheel-in-front
it "a wheel before something else is refused" evil 400 "$zip" wheel-trailing
it "half a wheel is refused" evil 400 "Invalid distribution file" wheel-truncated
it "a wheel behind a wheel is refused" evil 400 "$zip" wheel-two-wheels
it "two METADATA files are refused" evil 400 "${zip}Duplicate filename" wheel-two-metadata
it "a member that the directory does not name is refused" evil 400 "$zip" wheel-hidden-member
it "a member with two names is refused" evil 400 "$zip" wheel-other-local-name
it "a member with two sizes is refused" evil 400 "$zip" wheel-other-local-size
it "a METADATA with a wrong checksum is refused" evil 400 "$zip" wheel-wrong-checksum
it "a member with .. in its path is refused" evil 400 "$zip" wheel-dotdot
it "a member from the root is refused" evil 400 "$zip" wheel-absolute
it "a wheel compressed otherwise is refused" evil 400 "does not use a supported compression type" \
	wheel-compressed-otherwise
it "a wheel of 80 MiB zeros is refused" evil 400 "File exceeds compression ratio of 50" wheel-bomb
it "a wheel without METADATA is refused" evil 400 "does not contain the required METADATA file" wheel-without-metadata
it "a wheel without WHEEL is refused" evil 400 "WHEEL not found at foo-1.0.dist-info/WHEEL" wheel-without-wheel
it "a wheel without RECORD is refused" evil 400 "does not contain the required RECORD file" wheel-without-record
it "a METADATA of another project is refused" evil 400 "Name in METADATA should be 'foo' not 'elsewhere'" \
	wheel-of-other-name
it "a METADATA of another version is refused" evil 400 "Version in METADATA should be '1.0' not '6.6.6'" \
	wheel-of-other-version
it "a METADATA in Latin-1 is refused" evil 400 "METADATA" wheel-metadata-latin1
it "a NUL in METADATA is refused" evil 400 "METADATA" wheel-metadata-nul
it "a METADATA of 48 MiB is refused" evil 400 "larger than 4 MiB" wheel-metadata-large
it "an entry point with a path is refused" evil 400 "invalid entry points" wheel-entry-points
it "a wheel for a platform that is none is refused" refused 400 "invalid tag component" foo 1.0 --tag 'p+y3-none-any'

# --- sdists -----------------------------------------------------------------

tar="Invalid distribution file. (tar|TAR) archive not accepted: "
notar="Invalid distribution file. File is not a tarfile"
it "an empty sdist is refused" evil 400 "$notar" sdist-empty
it "an sdist that is a zip is refused" evil 400 "Invalid distribution file" sdist-is-wheel
it "an sdist without gzip is refused" evil 400 "$notar" sdist-not-gzip
it "an sdist that is a zip, too, is refused" evil 400 "File is both a zip and a tar file" sdist-and-zip
it "half an sdist is refused" evil 400 "$notar" sdist-truncated
it "an sdist of 640 MiB is refused" evil 400 "File is too large when unpacked" sdist-bomb
it "an sdist without PKG-INFO is refused" evil 400 "PKG-INFO not found at foo-1.0/PKG-INFO" sdist-without-metadata
it "two PKG-INFO files are refused" evil 400 "Invalid distribution file" sdist-two-metadata
it "an sdist with two directories is refused" evil 400 "Incorrect number of top-level directories" \
	sdist-two-directories
it "an sdist with .. in a path is refused" evil 400 "$tar" sdist-dotdot
it "an sdist with a path from the root is refused" evil 400 "Invalid distribution file" sdist-absolute
it "an sdist with a link out of it is refused" evil 400 "$tar" sdist-symlink
it "an sdist with a hard link out of it is refused" evil 400 "$tar" sdist-hardlink
it "a PKG-INFO that is a link is refused" evil 400 "Invalid distribution file" sdist-metadata-is-link
it "an sdist with a device is refused" evil 400 "$tar" sdist-device
it "a sparse member is refused" evil 400 "${tar}Sparse members are not allowed" sdist-sparse
it "a PKG-INFO of another project is refused" evil 400 "Name in PKG-INFO should be 'foo' not 'elsewhere'" \
	sdist-of-other-name
it "an sdist in a zip is refused" evil 400 "Filename 'foo-1.0.zip' is invalid, should be 'foo-1.0.tar.gz'" sdist-as-zip

# --- against what is there --------------------------------------------------

it "other content under a name that is taken is refused" refused 400 "^File already exists \\('taken-1.0" \
	taken 1.0 --description other
it "a second sdist is refused" refused 400 "^Only one sdist may be uploaded per release" taken 1.0.0 --sdist
it "a file beyond the limit is refused" refused 400 "File too large. Limit for project 'foo' is 30 MB" \
	foo 1.0 --pad 32000000

unchanged() {
	local before
	before=$(footprint)
	"$@"
	is "$(footprint)" "$before"
}

strangers() {
	token='' refused 403 "Invalid or non-existent authentication information" foo 1.0
	token=cioWrongWrongWrong refused 403 "Invalid or non-existent authentication information" foo 1.0
	token=$bob refused 403 "The user 'bob' isn't allowed to upload to project 'taken'" taken 1.1
}
it "nobody, a wrong token and somebody else are refused" strangers

# The client goes away in the middle of its body.
half_sent() {
	{
		printf 'POST /legacy/ HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %s\r\n' "$(printf '__token__:%s' "$alice" | base64 -w 0)"
		printf 'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n'
		printf -- '--b\r\nContent-Disposition: form-data; name="content"; filename="foo-1.0.tar.gz"\r\n\r\n%s' "$(head -c 300 /etc/services | tr -d '\0')"
		sleep 0.3
	} | timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/'"$port"'; cat >&3'
	sleep 0.5
	is "$(http GET /simple/foo/)" 404
}
it "a client that goes away within its body leaves nothing" unchanged half_sent

honest_after_all() {
	given "$base_url" "$alice" foo 1.0
	is "$(http GET /simple/foo/)" 200
}
it "what was refused so often can be uploaded once it is right" honest_after_all

nothing_is_wrong() {
	admin verify
	admin gc --grace 0
	is "$(find "$house/data/tmp" -type f 2>/dev/null | wc -l)" 0
	is "$(find "$house/data/blobs" -type f | wc -l)" "$(sql 'SELECT count(*) FROM blob')"
}
it "entrepot-admin verify finds nothing wrong afterwards" nothing_is_wrong

done_testing
