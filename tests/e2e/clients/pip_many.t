#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A project of ten thousand files, half of them in one release: pip sees all of
# them, an upload writes little, and whatever is changed stays right. Some
# hundred come through uploads; the others are written straight into blob store and
# tables, bytes and digests and all, and get their pages from a reindex.

. "$(dirname "$0")/../../support/house.sh"
. "$support/python.sh"

[ -x /usr/bin/pip ] || skip_all "no pip"
command -v jq >/dev/null || skip_all "no jq"
house_open
house_start lighttpd || bail "the registry did not start"
python_setup

pymany() { /usr/bin/python3 -B "$support/pymany.py" "$@"; }

# uploads KIND FROM TO: each must be stored.
uploads() { is "$(pymany upload "$base_url" "$alice" many "$@")" "$(($3 - $2 + 1)) 200 "; }

# fill KIND FROM TO: the same without requests.
fill() {
	pymany rows "$house/data/blobs" many "$@" >"$house/work/rows" || return 1
	sql "SET client_min_messages = warning;
		DROP TABLE IF EXISTS filled; CREATE TABLE filled (version text COLLATE \"C\", filename text COLLATE \"C\", size bigint, sha256 text,
			md5 text, blake2b text, metadata_size bigint, metadata_sha256 text)"
	"$(postgres_bindir)/psql" -X -q -v ON_ERROR_STOP=1 -h "$house/run" -U entrepot -d entrepot \
		-c "\\copy filled FROM '$house/work/rows'" || return 1
	sql "
		INSERT INTO release (package_id, version, version_identity, version_key)
		SELECT p.id, v.version, v.version,
		       -- the key of 0.N.1: each number with its length before it
		       '\\x0130010130'::bytea || '\\x01'::bytea || set_byte('\\x00', 0, length(v.n)) || convert_to(v.n, 'UTF8')
		       || '\\x01013100040001'::bytea
		  FROM package p, (SELECT DISTINCT version, split_part(version, '.', 2) AS n FROM filled) v
		 WHERE p.canonical_name = 'many' AND NOT EXISTS (SELECT FROM release r WHERE r.version = v.version);
		INSERT INTO release_pypi (release_id, requires_python)
		SELECT r.id, '>=3.8' FROM release r JOIN package p ON p.id = r.package_id
		 WHERE p.canonical_name = 'many' ON CONFLICT DO NOTHING;
		INSERT INTO blob (sha256, size)
		SELECT decode(sha256, 'hex'), size FROM filled UNION
		SELECT decode(metadata_sha256, 'hex'), metadata_size FROM filled ON CONFLICT DO NOTHING;
		WITH made AS (
			INSERT INTO file (repository_id, release_id, path, filename, kind, size, sha256, md5, blake2b256, meta)
			SELECT 2, r.id, 'packages/' || left(f.blake2b, 2) || '/' || substr(f.blake2b, 3, 2) || '/'
			       || substr(f.blake2b, 5) || '/' || f.filename, f.filename, 'wheel', f.size,
			       decode(f.sha256, 'hex'), decode(f.md5, 'hex'), decode(f.blake2b, 'hex'),
			       '{\"python_version\": \"py3\"}'
			  FROM filled f JOIN release r ON r.version = f.version
			RETURNING id, release_id, path, filename)
		INSERT INTO file (repository_id, release_id, parent_id, path, filename, kind, content_type, size, sha256)
		SELECT 2, m.release_id, m.id, m.path || '.metadata', m.filename || '.metadata', 'metadata',
		       'text/plain; charset=utf-8', f.metadata_size, decode(f.metadata_sha256, 'hex')
		  FROM made m JOIN filled f USING (filename);
		UPDATE package_pypi y SET total_size = total_size + (SELECT sum(size) FROM filled)"
}

uploads releases 1 100 && uploads builds 1 100 && fill releases 101 5000 && fill builds 101 4950 ||
	bail "the project could not be made"
sql "VACUUM ANALYZE package, release, file, blob" && admin reindex >"$house/log/reindex.log" || bail "reindex failed"
am_root && chown -R "$user" "$house/data"

simple() { curl -fsS "$base_url/simple/many/" -H 'Accept: application/vnd.pypi.simple.v1+json'; }
document() { curl -fsS "$base_url/pypi/many/json"; }

# counts FILES RELEASES LATEST: in every page; LATEST is how many files the latest release has.
counts() {
	is "$(simple | jq -c '[(.files | length), (.versions | length)]')" "[$1,$2]"
	is "$(curl -fsS "$base_url/simple/many/" | grep -c '^<a href')" "$1"
	is "$(document | jq -c '[([.releases[][]] | length), (.releases | length), (.urls | length)]')" "[$1,$2,$3]"
}

listed() {
	counts 9950 5001 4950
	is "$(simple | jq -r '.versions[0], .versions[1], .versions[-2], .versions[-1]' | paste -sd ' ')" \
		"0.1.1 0.2.1 0.5000.1 2.0"
	is "$(simple | jq -r '[.files[].filename] | unique | length')" 9950
	is "$(document | jq -c '[.info.version, .releases["0.4999.1"][0].filename]')" \
		'["2.0","many-0.4999.1-py3-none-any.whl"]'
}
it "a project of ten thousand files is listed completely" listed

found() {
	like "$(/usr/bin/pip index versions many 2>&1)" "Available versions: 2.0, 0.5000.1, 0.4999.1, .*, 0.2.1, 0.1.1"
	installs many
	is "$(installed)" "many 2.0"
	is "$(sed -n 's/^Build: //p' "$where"/many-2.0.dist-info/WHEEL)" 4950
	installs 'many<0.4001'
	is "$(installed)" "many 0.4000.1"
	where=$(mktemp -d "$house/work/into.XXXXXX")
	/usr/bin/pip download --quiet --no-deps --dest "$where" 'many==0.1.1'
	is "$(ls "$where")" many-0.1.1-py3-none-any.whl
}
it "pip finds the newest, the oldest and what is between" found

parts() { sql "SELECT path, first_key, sum FROM index_part UNION ALL SELECT path, '', sha256(body) FROM index_object"; }

# writes MOST KIND NUMBER: an upload of that file writes no more than so many parts and objects, none of them large.
writes() {
	local written
	parts | sort >"$house/work/before"
	uploads "$2" "$3" "$3"
	parts | sort >"$house/work/after"
	written=$(comm -13 "$house/work/before" "$house/work/after" | wc -l)
	[ "$written" -le "$1" ] || { echo "it wrote $written"; return 1; }
	is "$(sql "SELECT max(octet_length(body)) < 100000 FROM (SELECT body FROM index_part
		UNION ALL SELECT body FROM index_object WHERE package_id IS NOT NULL) b")" t
}

# Three objects, what is between files and versions, and of each page the part that has the file, or two when it was full.
more() {
	writes 12 builds 4951
	writes 12 releases 5001
	uploads builds 4952 5051
	uploads releases 5002 5100
	counts 10151 5101 5051
}
it "an upload to it writes as little as one to a small project" more

changed() {
	local url
	change() { http "$1" "/pypi/many/$2" -u "__token__:$alice"; }
	is "$(change PUT 2.0/yank)" 204
	is "$(simple | jq '[.files[] | select(.yanked)] | length')" 5051
	is "$(document | jq -c '[.info.version, (.urls | length), ([.releases[][] | select(.yanked)] | length)]')" \
		'["0.5100.1",1,5051]'
	installs many
	is "$(installed)" "many 0.5100.1"
	is "$(change DELETE 2.0/yank)" 204
	is "$(change DELETE 2.0/many-2.0-2500-py3-none-any.whl)" 204
	is "$(change DELETE 0.2500.1)" 204
	counts 10149 5100 5050
	unlike "$(simple)" "many-2.0-2500-|0\\.2500\\.1"
	like "$(pymany upload "$base_url" "$alice" many builds 2500 2500)" "1 400 This filename was previously used"
}
it "yanks and deletions reach all of its pages" changed

repaired() {
	like "$(admin verify --json)" '"problem_count": *0'
	like "$(admin reindex --json)" '"changed": *0'
}
it "verify and reindex find nothing to mend" repaired

done_testing
