#!/bin/bash
# Who has a device open is known, by the helper, wherever he mounted its node; and nobody but the daemon asks it.
. ./lib.sh
have_mtty || not_ok "the devices are there"
mdev_clear
need_daemon
socket=/run/vfio-migration-helper/helper.sock
is "the helper's socket listens" "$(systemctl is-active vfio-migration-helper.socket)" active
is "and is the daemon's alone" "$(stat -c '%a %U %G' "$socket")" "600 vfio-migration vfio-migration"
a=$(uuid 35) b=$(uuid 36)
mdev_create mtty-1 "$a"
mdev_create mtty-1 "$b"
in_use() { manager Rescan > /dev/null && describe | jq -r --arg id "mdev:$1" '.devices[] | select(.address == $id) | .inUse // "unknown"'; }
is_in_use() { local got; got=$(in_use "$1") && [ "$got" = "$2" ] || { echo "got $got"; return 1; }; }
within 40 "a new device is free" is_in_use "$a" no
group=$(basename "$(readlink "/sys/bus/mdev/devices/$a/iommu_group")")

hold() { # in a mount namespace of its own, under another name
        coproc HOLDER { exec unshare -m bash -c 'mount -t tmpfs tmpfs /mnt && touch /mnt/thing && mount --bind "$0" /mnt/thing &&
                umount -l /dev && exec 7<> /mnt/thing && echo held && exec sleep 1000' "/dev/vfio/$group"; }
        holder=$HOLDER_PID
        read -r -t 20 held <&"${HOLDER[0]}"
}
hold
is "another process opens it" "$held" held
note "$(ls -l "/proc/$holder/fd/7")"
within 40 "it is in use" is_in_use "$a" yes
within 40 "the other one is free" is_in_use "$b" no
kill -KILL "$holder"
within 40 "it is free again" is_in_use "$a" no

is "another user cannot ask" "$(as_nobody bash -c 'test -w "$0" && echo yes || echo no' "$socket")" no
is "no helper failed" "$(systemctl --failed --plain --no-legend list-units 'vfio-migration-helper*' | wc -l)" 0
systemctl stop vfio-migration-helper.socket "vfio-migration-helper@*"
refute "the socket is gone with its unit" test -e "$socket"
within 40 "without it a device is in use or not: unknown" is_in_use "$a" unknown
systemctl start vfio-migration-helper.socket
within 40 "with it again it is known" is_in_use "$a" no
mdev_clear
summary
