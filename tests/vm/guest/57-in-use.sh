#!/bin/bash
# A device that another process holds is in use, wherever that process lives,
# and free again after; it is never opened or asked to find out.  By cdev too,
# where the kernel has it.
. ./lib.sh
check "mtty and our own driver are loaded" eval 'have_mtty && have_vmt'
on_exit 'kill_holder; vmt_gone; vmt_models_gone'
vmt_models
mdev_clear
m=$(uuid 300) v=$(uuid 301) s=$(uuid 302)
mdev_create mtty-1 "$m"
vmt_create 0000:00:11.0 migration-version "$v"
vmt_create 0000:00:10.0 migration-version "$s"
need_daemon
within 2 "the devices are listed" eval "listed mdev:$m && listed mdev:$v"

one() { manager Describe ast 1 "mdev:$1" "${2:-0}" | jq -r '.data[0]'; }
in_use() { [ "$(one "$1" 1 | jq -r '.devices[0].inUse // "unknown"')" = "$2" ] || { one "$1" 1; return 1; }; }
question() { one "$1" | jq -c --arg pin "mdev:$2" '.devices[0].pin = $pin'; }        # question SOURCE TARGET
ask() { manager CheckCompatible st "$1" "${2:-0}" | jq -c '{verdict: .data[0], codes: [.data[1] | fromjson | .devices[0].reasons[].code]}'; }

# A mount namespace of its own, in which the nodes have other names.
holder=
mkfifo /tmp/forever
exec 9<> /tmp/forever                   # what the holder waits to read from
hold() {  # hold NODE DEVICE: until kill_holder
        local numbers
        numbers=$(stat -c '0x%t 0x%T' "$1")
        rm -f /tmp/held
        unshare -m bash -c '
                cp -a /dev/vfio/vfio /dev/iommu /tmp/ 2> /dev/null
                mount -t tmpfs tmpfs /dev/vfio && cp -a /tmp/vfio /dev/vfio/ && mkdir /dev/vfio/devices &&
                mknod "/dev/vfio/$3elsewhere" c $1 && exec ../vfio-hold "/dev/vfio/$3elsewhere" "$2" hold' - "$numbers" "$2" "$3" \
                > /tmp/held 2>&1 < /tmp/forever &
        holder=$!
        try_for 5 grep -qx held /tmp/held || { cat /tmp/held; return 1; }
}
kill_holder() {
        [ -n "$holder" ] || return 0
        kill -KILL "$holder"
        wait "$holder"
        holder=
} 2> /dev/null

by() {  # by WHAT NODE-OF-MTTY MTTY NODE-OF-OURS OURS DIRECTORY
        within 20 "$1: free at first" in_use "$m" no
        if hold "$2" "$3" "$6"; then ok "$1: it is held by another process, in its own mount namespace"
        else not_ok "$1: another process can hold it"; fi
        refute "whose node is not seen here" test -e "/dev/vfio/$6elsewhere"
        within 20 "$1: then it is in use" in_use "$m" yes
        manager Rescan > /dev/null
        is "$1: and not fit for a VM" "$(ask "$(question "$m" "$m")" | jq -c '[.verdict, (.codes | index("in-use") != null)]')" '["incompatible",true]'
        within 20 "$1: another one is not" in_use "$v" no
        kill_holder
        within 20 "$1: killed, it is free again" in_use "$m" no
        manager Rescan > /dev/null
        is "$1: and fit" "$(ask "$(question "$m" "$m")" | jq -r .verdict)" compatible

        # the driver is not asked about a device that somebody has, even if the snapshot is older than that
        local text before
        text=$(question "$s" "$v")
        manager Rescan > /dev/null
        hold "$4" "$5" "$6" || not_ok "$1: another process can hold ours"
        before=$(asked)
        note "$(ask "$text")"
        is "$1: a held device is not asked by migration_version" "$(asked)" "$before"
        kill_holder
        within 20 "$1: ours is free again" in_use "$v" no
        manager Rescan > /dev/null
        says_yes() { local reply; reply=$(ask "$text"); [ "$(jq -r .verdict <<< "$reply")" = compatible ] || { echo "$reply"; return 1; }; }
        within 20 "$1: and then says yes" says_yes
        check "$1: because it was asked" test "$(asked)" -gt "$before"
}
by group "/dev/vfio/$(group_of "$m")" "$m" "/dev/vfio/$(group_of "$v")" "$v" ""
if [ -d /dev/vfio/devices ]; then
        cdev() { echo "/dev/vfio/devices/$(ls "/sys/bus/mdev/devices/$1/vfio-dev")"; }
        by cdev "$(cdev "$m")" - "$(cdev "$v")" - devices/
fi
mdev_clear
summary
