# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A machine for what belongs to a whole one: packages, users, /etc, services. It
# is this machine once more, as an overlay in name spaces of its own. What is done
# there is seen here by nobody, and goes away with it. Sourced after lib.sh.
#
#	machine_open DIR SHARED...	DIR is for its files; each SHARED directory is there under
#					the same name
#	machine_run COMMAND...		as root, in it
#	$machine_init			"systemd", or "none" where systemd cannot be started
#	machine_close
#
# It needs root, or sudo without a password. MACHINE_INIT=none leaves systemd out.

machine_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
machine_sudo=()
machine_init=none

machine_rights() {
	am_root && return
	machine_sudo=(sudo -n)
	sudo -n true 2>/dev/null
}

# machine_propagation: of mounts to the machine around it. Within a chroot the root is no mount that can be
# made private, and needs not be where nothing is shared.
machine_propagation() {
	mountpoint -q / || "${machine_sudo[@]}" grep -q ' shared:' /proc/1/mountinfo
	case $? in
	1) echo unchanged ;;
	*) echo private ;;
	esac
}

# machine_why_not: succeeds, and says why, where there can be no such machine.
machine_why_not() {
	local said propagation
	machine_rights || { echo "neither root nor sudo without a password"; return; }
	propagation=$(machine_propagation)
	# shellcheck disable=SC2016
	said=$("${machine_sudo[@]}" unshare --mount --propagation "$propagation" --uts --ipc --net --pid --fork sh -c '
		mount -t tmpfs none /mnt && mkdir /mnt/upper /mnt/work /mnt/root &&
		mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work none /mnt/root &&
		mount -t proc proc /mnt/root/proc &&
		for file in etc/passwd var/lib/dpkg/status usr/bin/dpkg; do
			[ -s "/mnt/root/$file" ] || { echo "/$file is on another file system"; exit 1; }
		done' 2>&1) && return 1
	echo "no second machine can be made of this one: ${said##*$'\n'}"
}

machine_open() {
	machine_start "$@" && return
	[ "$machine_init" = systemd ] || return 1
	# there is one, and it cannot be started here
	machine_close
	machine_init=none
	MACHINE_INIT=none machine_start "$@"
}

machine_start() {
	local dir=$1
	shift
	machine_rights || return 1
	mkdir -p "$dir/overlay"
	rm -f "$dir/pid"
	machine_dir=$dir
	machine_group=$(machine_make_group) && machine_init=systemd
	# shellcheck disable=SC2016
	"${machine_sudo[@]}" setpriv --pdeathsig KILL bash -c '
		[ -z "$1" ] || echo $$ >"$1/cgroup.procs" || exit
		exec unshare --mount --propagation "$2" --uts --ipc --net --pid --cgroup --fork --kill-child "${@:3}"' \
		bash "$machine_group" "$(machine_propagation)" "$machine_support/machine-init" "$machine_init" "$dir" "$@" \
		</dev/null >"$dir/init.log" 2>&1 &
	machine_starter=$!
	disown
	if ! wait_until 30 machine_up_or_dead || ! machine_up; then
		tail -n 5 "$dir/init.log" >&2
		return 1
	fi
}

# machine_make_group: a control group of its own, which systemd wants.
machine_make_group() {
	local top group
	[ "${MACHINE_INIT:-}" != none ] && [ -x /lib/systemd/systemd ] || return 1
	top=$(findmnt -n -f -t cgroup2 -o TARGET) && [ "$top" ] || return 1
	group=$top/entrepot-machine.$BASHPID
	"${machine_sudo[@]}" mkdir "$group" 2>/dev/null && echo "$group"
}

machine_up_or_dead() { machine_up || ! "${machine_sudo[@]}" kill -0 "$machine_starter" 2>/dev/null; }

machine_up() {
	[ -s "$machine_dir/pid" ] || return 1
	case $machine_init in
	systemd) [[ $(machine_run systemctl is-system-running 2>/dev/null) == @(running|degraded) ]] ;;
	*) machine_run test -e /run/machine 2>/dev/null ;;
	esac
}

machine_run() {
	"${machine_sudo[@]}" nsenter --target "$(cat "$machine_dir/pid")" \
		--mount --uts --ipc --net --pid --cgroup --root \
		env -i -C / PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root USER=root LOGNAME=root LANG=C.UTF-8 TERM=dumb \
		TAP_COUNT="${tap_count:-}" TAP_FAILED="${tap_failed:-}" MACHINE_INIT="$machine_init" "$@"
}

# Process 1 takes all others of the machine with it, and they its mounts.
machine_close() {
	[ "${machine_dir:-}" ] || return 0
	"${machine_sudo[@]}" kill -KILL "$(cat "$machine_dir/pid" 2>/dev/null)" 2>/dev/null
	wait_until 10 machine_gone
	[ -z "$machine_group" ] || wait_until 10 machine_group_gone
	machine_dir=
}

machine_gone() { ! process_birth "$machine_starter" >/dev/null; }

machine_group_gone() {
	"${machine_sudo[@]}" find "$machine_group" -depth -type d -exec rmdir {} + 2>/dev/null
	[ ! -e "$machine_group" ]
}
