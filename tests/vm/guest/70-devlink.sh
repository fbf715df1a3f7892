#!/bin/bash
# devlink's answers as this kernel gives them, read with the reader's own code. netdevsim is no VFIO device: it shows that
# families, messages and attributes are what we take them for; what it lacks is in tests/fixtures/devlink.
. ./lib.sh
reader=/usr/libexec/vfio-migration/reader sim=netdevsim/netdevsim10

says() { "$reader" --devlink="$1" 2>&1; }
as_daemon() { setpriv --reuid="$(id -u vfio-migration)" --regid="$(id -g vfio-migration)" --clear-groups --inh-caps=-all "$reader" --devlink="$1" 2>&1; }

refute "without the module there is no such instance" says "$sim"
like "and it says so" "$(says "$sim")" 'No such device'

check "netdevsim is there" modprobe netdevsim
check "a device of it" sh -c 'echo "10 2" > /sys/bus/netdevsim/new_device'
out=$(says "$sim"); show says "$sim"
like "its driver" "$out" '(^|
)driver netdevsim('$'\n''|$)'
like "its running version" "$out" 'running fw\.mgmt [0-9.]+'
if command -v devlink > /dev/null && command -v jq > /dev/null; then
        is "as devlink(8) has it" "$(sed -n 's/^running fw.mgmt //p' <<< "$out")" \
                "$(devlink -j dev info "$sim" | jq -r '.info[].versions.running["fw.mgmt"]')"
fi
refute "two physical ports are nobody's VFs" grep -E '^(external )?vf |^ports ' <<< "$out"
is "without a privilege it reads the same" "$(as_daemon "$sim")" "$out"

# VFs: their ports are there in switchdev mode only. Whether netdevsim's functions say `migratable` is the kernel's.
echo 2 > /sys/bus/netdevsim/devices/netdevsim10/sriov_numvfs
refute "legacy mode has no ports of VFs" grep -E 'vf [0-9]+ of pf' <<< "$(says "$sim")"
if command -v devlink > /dev/null && devlink dev eswitch set "$sim" mode switchdev; then
        out=$(says "$sim"); show says "$sim"
        is "in switchdev mode each VF has one" "$(grep -cE '^vf [01] of pf 0: ' <<< "$out")" 2
        refute "none of which says whether it may migrate" grep -E 'vf [0-9]+ of pf [0-9]+: (not )?migratable$' <<< "$out"
else
        note "devlink(8) is not there to set switchdev mode"
fi

# It is no VFIO device. Of those, the daemon's reader asks in its sandbox: no devlink is an answer, and no failure.
have_vfs || not_ok "the VFs are there"
need_daemon
check "the host is looked at" manager Rescan
refute "it is not listed" sh -c "vfiomigctl list | grep netdevsim"
like "the VFs are" "$(ids)" "pci:${vfs[0]}"
is "and nothing keeps their reader from devlink" "$(describe 1 |
        jq -c '[.devices[].origin // {} | to_entries[] | select(.key | test("firmware|board|devlink"))]')" '[]'
# Hot-unplug while it is asked: an answer, or none, and never a hang.
for _ in 1 2 3 4 5 6 7 8; do timeout 5 "$reader" --devlink="$sim" > /dev/null 2>&1 & done
echo 10 > /sys/bus/netdevsim/del_device
ends=0
for job in $(jobs -p); do wait "$job" || [ $? -ne 124 ] || ends=1; done
is "asking while it goes ends" "$ends" 0
like "and then it is gone" "$(says "$sim")" 'No such device'
modprobe -r netdevsim || note "netdevsim stays"
summary
