#!/bin/bash
# The daemon as its packaged service: activated by the bus, without privileges,
# in its sandbox.
. ./lib.sh
have_mtty && have_vfs || not_ok "the devices are there"

check "sysusers made the user vfio-migration" getent passwd vfio-migration
check "and the group" getent group vfio-migration
check "the unit file is good" systemd-analyze verify --man=no "$service"
check "the bus knows the name as activatable" eval "busctl --activatable --no-legend list | grep -q '^$bus_name '"
systemctl stop "$service"
is "it does not run" "$(unit ActiveState)" inactive
start=$(now)
need_daemon
ok "a call starts it (after $(( ($(now) - start) / 1000 )) ms)"
is "the unit is active" "$(unit ActiveState)" active
is "it tells systemd when it is ready" "$(unit Type)" notify
is "the name belongs to the unit's main process" "$(busctl status "$bus_name" | sed -n 's/^PID=//p')" "$(main_pid)"

status=$(< "/proc/$(main_pid)/status")
field() { [[ $status =~ $'\n'$1:$'\t'([^$'\n']*) ]] && echo "${BASH_REMATCH[1]}"; }
is "it runs as vfio-migration" "$(field Uid)" "$(id -u vfio-migration | sed 's/.*/&\t&\t&\t&/')"
for set in CapInh CapPrm CapEff CapBnd CapAmb; do is "$set is empty" "$(field $set)" 0000000000000000; done
is "no new privileges" "$(field NoNewPrivs)" 1
is "a seccomp filter is in force" "$(field Seccomp)" 2
for pid in $(cat "/sys/fs/cgroup$(unit ControlGroup)/cgroup.procs"); do
        is "process $pid ($(cat "/proc/$pid/comm")) has no capability" "$(sed -n 's/^CapEff:\t//p' "/proc/$pid/status")" 0000000000000000
done
exposure=$(systemd-analyze security --no-pager "$service" 2>&1)
note "$(tail -n 1 <<< "$exposure")"
note "$(grep -E '^ *✗' <<< "$exposure")"
score=$(grep -oE 'exposure level for [^:]*: [0-9.]+' <<< "$exposure" | grep -oE '[0-9.]+$')
check "the exposure, $score, is at most 1.0" awk -v s="${score:-10}" 'BEGIN { exit !(s <= 1.0) }'

xml=$(busctl introspect --xml-interface "$bus_name" "$root_path")
like "the root object is the manager" "$xml" "interface name=\"$bus_name.Manager\""
like "and an object manager" "$xml" 'interface name="org.freedesktop.DBus.ObjectManager"'
like "it tells its version" "$(busctl get-property "$bus_name" "$root_path" "$bus_name.Manager" Version)" '^s "[0-9]'
like "an unknown flag is refused" "$(manager Describe ast 0 1048576 2>&1)" 'unknown bits 0x100000'
refute "an unknown device is an error" manager GetDevice s mdev:none
check "an unprivileged user can ask, too" as_nobody busctl call "$bus_name" "$root_path" "$bus_name.Manager" ListDevices
refute "but not make it look again" as_nobody busctl call "$bus_name" "$root_path" "$bus_name.Manager" Rescan
check "root can" manager Rescan
summary
