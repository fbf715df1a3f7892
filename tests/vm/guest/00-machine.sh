#!/bin/bash
# The machine itself: what the other scripts build on, without the daemon.
. ./lib.sh
like "the stock Debian kernel runs" "$(uname -r)" '^6\.12\.[0-9]+\+deb12-amd64$'
check "its configuration is in /boot" test -r "/boot/config-$(uname -r)"
is "no unit failed" "$(systemctl list-units --failed --plain --no-legend)" ""

check "mtty is there" have_mtty
is "24 mtty-1 available" "$(available mtty-1)" 24
is "12 mtty-2 available" "$(available mtty-2)" 12
events=$(mktemp)
udevadm monitor --kernel > "$events" & monitor=$!
try_for 5 grep -q KERNEL "$events" || true                     # its second line of greeting
u=$(uuid 1)
check "an mdev can be created" mdev_create mtty-1 "$u"
check "and has a VFIO group's node" eval 'test -c "/dev/vfio/$(basename "$(readlink "/sys/bus/mdev/devices/$u/iommu_group")")"'
mdev_create mtty-1 "$(uuid 2)"
mdev_create mtty-2 "$(uuid 3)"
is "two mtty-1 and one mtty-2 leave 20 mtty-1" "$(available mtty-1)" 20
is "and 10 mtty-2" "$(available mtty-2)" 10
check "an mdev can be removed" mdev_remove "$u"
within 2 "the kernel sent its uevents" grep -q "remove .*/$u (mdev)" "$events"
is "in this order" "$(grep -oE "(add|bind|unbind|remove) +[^ ]*/$u \(mdev\)" "$events" | cut -d' ' -f1 | tr '\n' ' ')" "add bind unbind remove "
kill "$monitor"
mdev_clear
is "all are gone again" "$(available mtty-1) $(ls /sys/bus/mdev/devices)" "24 "

check "two NVMe VFs are bound to vfio-pci" have_vfs
for vf in "${vfs[@]}"; do
        group=$(basename "$(readlink -f "/sys/bus/pci/devices/$vf/iommu_group")")
        check "$vf has an IOMMU group of its own, $group" test "$(ls "/sys/kernel/iommu_groups/$group/devices")" = "$vf"
        check "$vf can be opened through /dev/vfio/$group" test -c "/dev/vfio/$group"
        check "$vf has a vfio-dev entry" eval "test -d /sys/bus/pci/devices/$vf/vfio-dev/vfio*"
done
check "a VF can be unbound" vf_unbind "${vfs[0]}"
check "and bound again" vf_bind "${vfs[0]}"
summary
