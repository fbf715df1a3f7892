#!/bin/bash
# mdevs and VFs that were there before the daemon are listed and described.
. ./lib.sh
have_mtty && have_vfs || not_ok "the devices are there"
mdev_clear
systemctl stop "$service"
a=$(uuid 10) b=$(uuid 11)
mdev_create mtty-1 "$a"; mdev_create mtty-2 "$b"
need_daemon

is "exactly the host's VFIO devices are listed" "$(ids | tr '\n' ' ')" \
        "$(printf '%s\n' "mdev:$a" "mdev:$b" "pci:${vfs[0]}" "pci:${vfs[1]}" | sort | tr '\n' ' ')"
is "DeviceCount agrees" "$(busctl get-property "$bus_name" "$root_path" "$bus_name.Manager" DeviceCount)" "u 4"
is "so does the object manager" "$(busctl --json=short call "$bus_name" "$root_path" org.freedesktop.DBus.ObjectManager GetManagedObjects |
        jq '[.data[0][] | select(has("org.vfio.Migration1.Device"))] | length')" 4

path=$(path_of "mdev:$a")
mdev=$(properties "$path") vf=$(properties "$(path_of "pci:${vfs[0]}")")
is "mdev: its id" "$(value "$mdev" Id)" "mdev:$a"
is "its driver" "$(value "$mdev" Driver)" mtty
is "its type" "$(value "$mdev" MdevType)" mtty-1
is "its IOMMU group" "$(value "$mdev" IommuGroup)" "$(basename "$(readlink "/sys/bus/mdev/devices/$a/iommu_group")")"
like "its directory" "$(value "$mdev" SysfsPath)" "/devices/virtual/mtty/mtty/$a\$"
like "its model is known" "$(value "$mdev" Model)" '.+'
like "whether it is in use is told, or unknown" "$(value "$mdev" InUse)" '^(no|unknown)$'
is "VF: its id" "$(value "$vf" Id)" "pci:${vfs[0]}"
is "its driver" "$(value "$vf" Driver)" vfio-pci
is "its IOMMU group" "$(value "$vf" IommuGroup)" "$(basename "$(readlink "/sys/bus/pci/devices/${vfs[0]}/iommu_group")")"
like "its parent is the PF" "$(value "$vf" Parent)" "$pf"
like "whether it is in use is told, or unknown" "$(value "$vf" InUse)" '^(no|unknown)$'

host=$(describe 1)
of() { jq -r --arg a "$1" "(.devices[] | select(.address == \$a)) as \$d | $2" <<< "$host"; }
like "the model comes from a model file" "$(of "mdev:$a" '$d.origin.model')" '^models\.d:'
is "the host document has the model, with the v2 protocol" \
        "$(of "mdev:$a" '.models[$d.model] as $m | $m != null, ($d.migration // $m.migration).protocol')" $'true\nv2'
is "a VF on plain vfio-pci cannot migrate" "$(of "pci:${vfs[0]}" '$d.migration.protocol')" none
is "the VF's vendor" "0x$(of "pci:${vfs[0]}" '$d.facts["pci.vendor"]')" "$(cat "/sys/bus/pci/devices/${vfs[0]}/vendor")"
is "the host's kernel, and both types of mtty can be created" \
        "$(jq -r '.host.kernel, ([.creatable[].mdevType] | sort | join(" "))' <<< "$host")" "$(uname -r)"$'\nmtty-1 mtty-2'

show busctl --no-pager tree "$bus_name"
show vfiomigctl --no-pager list
like "vfiomigctl lists the mdev" "$(vfiomigctl --json=short list)" "$a"
show vfiomigctl --no-pager types
show busctl --no-pager introspect "$bus_name" "$path"
show of "mdev:$a" '$d'
mdev_clear
summary
