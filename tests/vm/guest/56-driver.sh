#!/bin/bash
# Our own kernel driver (../driver), without the daemon: it behaves as the tests
# that use it need it to.
. ./lib.sh
check "the driver is loaded" have_vmt
on_exit vmt_gone

# --- parents, types, capacity
is "four PCI parents and two virtual ones" "$(ls /sys/class/mdev_bus | grep -v mtty | xargs)" "${vmt_parents[*]}"
is "each has a type for every layout" "$(for p in "${vmt_parents[@]}"; do ls "$(vmt_parent "$p")/mdev_supported_types"; done | sort | uniq -c | xargs)" \
        "$(for l in attributes info-json migration-version model-file params-dir self-compatible shared-1 shared-2 type-compatible; do
                echo 6 "vfio_mig_test-$l"; done | xargs)"
left() { cat "$(vmt_type "$1" "$2")/available_instances"; }
is "shared types: 8 and 4" "$(left vmt0 shared-1) $(left vmt0 shared-2)" "8 4"
vmt_create vmt0 shared-2 "$(uuid 1)"
vmt_create vmt0 shared-1 "$(uuid 2)"
is "one of each: 5 and 2 left" "$(left vmt0 shared-1) $(left vmt0 shared-2)" "5 2"
is "the other parent has all of its own" "$(left vmt1 shared-1) $(left vmt1 shared-2)" "8 4"
for i in {3..10}; do vmt_create vmt0 attributes "$(uuid $i)"; done
is "independent types take from nobody" "$(left vmt0 attributes) $(left vmt0 params-dir) $(left vmt0 shared-1)" "0 8 5"
refute "a full type has no more" vmt_create vmt0 attributes "$(uuid 11)"
mdev_clear
is "all are given back" "$(left vmt0 attributes) $(left vmt0 shared-1)" "8 8"

# --- every file of every layout, as the layout has it
files() { (cd "$1" && find . \( -path ./devices -o -path ./power -o -path ./vfio-dev \) -prune -o -type f -perm -444 \
        ! -path ./name ! -path ./available_instances ! -path ./device_api ! -path ./uevent -printf '%P\n' | sort |
        while read -r f; do echo "$f=$(tr '\n' ' ' < "$f")"; done | xargs -d '\n' | sed 's/ \+/ /g; s/ $//'); }
layout() {  # layout TYPE FILES-OF-TYPE FILES-OF-DEVICE
        vmt_create 0000:00:10.0 "$1" "$(uuid 20)"
        is "$1: the type's files" "$(files "$(vmt_type 0000:00:10.0 "$1")")" "$2"
        is "$1: the device's" "$(files "/sys/bus/mdev/devices/$(uuid 20)")" "$3"
        mdev_remove "$(uuid 20)"
}
a="config_params=rss rx-filter-size model=https://vendor.example/attributes rss=on rx-filter-size=64 version=2"
layout attributes "$a" "$a"
layout params-dir "migration/model=https://vendor.example/params-dir" \
        "migration/model=https://vendor.example/params-dir migration/params/quirk= migration/params/rss=on migration/params/rx-filter-size=64"
vmt_create vmt1 info-json "$(uuid 21)"
is "info-json: the type's file is JSON" "$(jq -c '.models | map_values(.params | keys)' "$(vmt_type vmt1 info-json)/migration_info.json")" \
        '{"vendor.example/info-json":["rss","rx-filter-size"]}'
is "info-json: the device's files" "$(files "/sys/bus/mdev/devices/$(uuid 21)")" "migration/rss=on migration/rx-filter-size=64"
t=vfio_mig_test-self-compatible
layout self-compatible "" "migration/compatible0/aggregator=2 migration/compatible0/device_api=vfio-pci migration/compatible0/mdev_type=$t \
migration/compatible0/software_version=1.1.0 migration/self/aggregator=2 migration/self/device_api=vfio-pci migration/self/mdev_type=$t \
migration/self/software_version=1.2.0"
layout type-compatible "compatible_pci_ids=1b36:0005 compatible_type=vfio_mig_test-type-compatible dynamic_resources=aggregator, fps \
software_version=1.2.0" "aggregator=2 fps=30"
layout migration-version "migration_compatible_devices=parent id: 1b36 0005 mdev_type: vfio_mig_test-migration-version \
migration_version=vendor-vfio_mig_test-migration-version-1.2" "migration_version=vendor-vfio_mig_test-migration-version-1.2"
layout model-file "" "vendor/lanes=4"

# --- values, and trouble on demand
d=/sys/bus/mdev/devices/$(uuid 21) f=/sys/bus/mdev/devices/$(uuid 21)/migration/rss u=$(uuid 21)
errno_of() { LC_ALL=C "$@" 2>&1 > /dev/null | sed 's/.*: //'; }
put() { printf %s "$2" > "$1"; }
check "a writable parameter takes a value" put "$d/migration/rx-filter-size" 32
is "and has it" "$(cat "$d/migration/rx-filter-size")" 32
refute "one that is not is not" as_nobody test -w "$f"
control vmt1 "$u migration/rss value o\\x00f\\xff"
is "any bytes can be a value" "$(od -An -tx1 "$f")" " 6f 00 66 ff 0a"
control vmt1 "$u migration/rss fill 4095"
is "a full page" "$(wc -c < "$f")" 4095
control vmt1 "$u migration/rss fail 5"
is "a read fails on demand" "$(errno_of cat "$f")" "Input/output error"
control vmt1 "$u migration/rss reset"
is "and reads again" "$(cat "$f")" on
control vmt1 "$u migration/rx-filter-size write-fail 16"
like "so does a write" "$(errno_of put "$d/migration/rx-filter-size" 1)" "busy"
refute "control knows no other file" control vmt1 "$u migration/none fail 5"
refute "nor device" control vmt1 "$(uuid 22) migration/rss fail 5"
refute "nor verb" control vmt1 "$u migration/rss explode 5"
refute "another parent's device is not this one's" control vmt0 "$u migration/rss fail 5"

state_of() { sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status"; }
is_in() { [ "$(state_of "$1")" = "$2" ]; }
control vmt1 "$u migration/rss sleep 60000"
cat "$f" > /dev/null 2>&1 & reader=$!
within 2 "a read sleeps on demand" is_in "$reader" S
kill -KILL "$reader"
wait "$reader" 2> /dev/null
is "and can be killed" $? 137
control vmt1 "$u migration/rss hang 60000"
cat "$f" > /dev/null 2>&1 & reader=$!
within 2 "or hangs" is_in "$reader" D
kill -KILL "$reader"
sleep 0.2
is "and cannot be killed" "$(state_of "$reader")" D
control vmt1 wake
wait "$reader" 2> /dev/null
is "until it is woken" $? 137
cat "$f" > /dev/null 2>&1 & reader=$!
within 2 "one hangs again" is_in "$reader" D
check "its device can be removed" mdev_remove "$u"
wait "$reader" 2> /dev/null

# --- migration_version: the driver's word
vmt_create vmt0 migration-version "$(uuid 30)"
vmt_create vmt1 migration-version "$(uuid 31)"
v=/sys/bus/mdev/devices/$(uuid 31)/migration_version
own=$(cat "/sys/bus/mdev/devices/$(uuid 30)/migration_version")
word() { if printf '%s\n' "$1" > "$2"; then echo yes; else echo no; fi 2> /tmp/err; sed 's/.*: //' /tmp/err; }
is "its equal's" "$(word "$own" "$v")" yes
is "an older one" "$(word "${own%2}0" "$v")" yes
is "a newer one" "$(word "${own%2}3" "$v" | xargs)" "no Invalid argument"
is "another type's" "$(word "${own/-version/-other}" "$v" | xargs)" "no Invalid argument"
is "another vendor's" "$(word "x$own" "$v" | xargs)" "no No such device"
is "asking changes nothing" "$(cat "$v")" "$own"
is "the type answers as well" "$(word "$own" "$(vmt_type vmt0 migration-version)/migration_version") \
$(word "${own%2}3" "$(vmt_type vmt0 migration-version)/migration_version" | xargs)" "yes no Invalid argument"
is "and each question was counted" "$(asked)" 7
control vmt1 "$(uuid 31) migration_version write-fail 1"
is "any errno on demand" "$(word "$own" "$v" | xargs)" "no Operation not permitted"
mdev_clear

# --- it migrates
vmt_create vmt0 attributes "$(uuid 40)"
vmt_create vmt1 attributes "$(uuid 41)"
vmt_create vmt1 params-dir "$(uuid 42)"
hold() { ../vfio-hold "/dev/vfio/$(group_of "$1")" "$@"; }
is "STOP_COPY and P2P, 320 bytes, dirty tracking" "$(hold "$(uuid 40)" features | xargs)" "info flags=0x3 regions=9 migration 0x3 data-size 320 dma-logging yes"
check "save" hold "$(uuid 40)" poke 0x5a save /tmp/state
is "the stream is as long" "$(stat -c %s /tmp/state)" 320
is "load, and the state has arrived" "$(hold "$(uuid 41)" peek load /tmp/state peek | xargs)" "memory 0 memory 0x5a"
like "another type does not take it" "$(hold "$(uuid 42)" load /tmp/state 2>&1)" "writing: Invalid argument"
head -c 319 /tmp/state > /tmp/short
like "nor one that is cut short" "$(hold "$(uuid 41)" load /tmp/short 2>&1)" "to state 2: EINVAL"
mdev_clear
vmt_gone
is "it can be unloaded" "$(lsmod | grep -c vfio_mig_test)" 0
summary
