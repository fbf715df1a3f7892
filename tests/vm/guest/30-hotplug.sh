#!/bin/bash
# Devices that come and go are seen within a second, by signals and in lists.
. ./lib.sh
have_mtty && have_vfs || not_ok "the devices are there"
mdev_clear
need_daemon
a=$(uuid 20)
watch_start
for round in 1 2; do
        since=$(now)
        mdev_create mtty-1 "$a"
        within 2 "round $round: a created mdev is listed" listed "mdev:$a"
        path=$(path_of "mdev:$a")
        signal_within 1 "InterfacesAdded came" "$since" InterfacesAdded "$path"
        like "and told its driver and type, not half of it" \
                "$(jq -r --arg p "$path" 'select(.member == "InterfacesAdded" and .payload.data[0] == $p) |
                        .payload.data[1]["org.vfio.Migration1.Device"] | [.Driver.data, .MdevType.data, .IommuGroup.data] | join(" ")' "$watch_file")" \
                '^mtty mtty-1 [0-9]+$'
        since=$(now)
        mdev_remove "$a"
        within 2 "a removed mdev is not listed" not_listed "mdev:$a"
        signal_within 1 "InterfacesRemoved came" "$since" InterfacesRemoved "$path"
        refute "its object is gone" busctl get-property "$bus_name" "$path" "$bus_name.Device" Id
        watch_stop; show signals
        watch_start
done

since=$(now)
for i in {30..53}; do mdev_create mtty-1 "$(uuid $i)"; done
is "24 mdevs at once: mtty is full" "$(available mtty-1)" 0
all_listed() { [ "$(ids | grep -c ^mdev:)" = "$1" ]; }
within 2 "all are listed" all_listed 24
signal_within 2 "the last one's signal came" "$since" InterfacesAdded "$(path_of "mdev:$(uuid 53)")"
# The kernel makes the mdev_type link only after the bind uevent: a reader that
# is quick enough does not see it.
is "each was announced with its type" "$(jq -r --arg from "$since" 'select(.member == "InterfacesAdded" and .["timestamp-realtime"] > ($from | tonumber)) |
        .payload.data[1]["org.vfio.Migration1.Device"].MdevType.data' "$watch_file" | sort | uniq -c | xargs)" "24 mtty-1"
mdev_clear
within 2 "none is listed" all_listed 0
watch_stop

vf=${vfs[1]}
watch_start
path=$(path_of "pci:$vf")
since=$(now)
vf_unbind "$vf"
within 2 "a VF that is unbound from vfio-pci is not listed" not_listed "pci:$vf"
signal_within 1 "InterfacesRemoved came" "$since" InterfacesRemoved "$path"
since=$(now)
vf_bind "$vf"
within 2 "bound again, it is" listed "pci:$vf"
signal_within 1 "InterfacesAdded came" "$since" InterfacesAdded "$path"
watch_stop; show signals
rmmod mtty
within 2 "without mtty no type can be created" can_create
have_mtty
within 2 "with mtty again they can" can_create mtty-1 24 mtty-2 12
summary
