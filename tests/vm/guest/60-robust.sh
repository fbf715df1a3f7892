#!/bin/bash
# Devices pulled out while listed, the daemon killed, reloaded and restarted.
. ./lib.sh
have_mtty && have_vfs || not_ok "the devices are there"
mdev_clear
mdev_create mtty-1 "$(uuid 80)"; mdev_create mtty-2 "$(uuid 81)"
need_daemon
within 2 "the mdevs are listed" listed "mdev:$(uuid 81)"
pid=$(main_pid)

# --- devices go while others look at them
log=$(mktemp) # the looker goes on while there is $log.on: killed, its shell would have something to say
touch "$log.on"
( while [ -e "$log.on" ]; do
        manager Describe ast 0 1; manager ListDevices
        manager Describe ast 2 "mdev:$(uuid 90)" "mdev:$(uuid 95)" 0
  done ) > /dev/null 2> "$log" & looker=$!
for _ in 1 2; do
        for i in {90..97}; do mdev_create mtty-1 "$(uuid $i)"; done
        for i in {90..97}; do mdev_remove "$(uuid $i)"; done
        vf_unbind "${vfs[1]}"; vf_bind "${vfs[1]}"
done
echo 0 > "/sys/bus/pci/devices/$pf/sriov_numvfs"
rm "$log.on"; wait "$looker"
is "devices pulled out while listed: no error but that they are gone" \
        "$(grep -v -e '^$' -e "mdev:$(uuid 90)" -e "mdev:$(uuid 95)" "$log" | sort | uniq -c)" ""
within 2 "the VFs that were pulled out are not listed" not_listed "pci:${vfs[0]}"
have_vfs
within 2 "they are again when they are back" listed "pci:${vfs[1]}"
only_two() { [ "$(ids | grep ^mdev: | tr '\n' ' ')" = "mdev:$(uuid 80) mdev:$(uuid 81) " ]; }
within 2 "the list is true in the end" only_two
is "it is the same process" "$(main_pid)" "$pid"

# --- the reader is a process of its own, which may die
answers() {  # all that must not change (this jq sorts keys)
        describe 1 | jq 'del(.createdAt) | .devices |= (map(del(.snapshotTime)) | sort_by(.address)) | .creatable |= sort_by(.mdevType)'
        manager CheckCompatible st "$(cat data/other-model.json)" 0 | jq -r '.data[0]'
}
all_known() { manager Rescan > /dev/null && describe 1 | jq -e 'all(.devices[]; .inUse == "no")' > /dev/null; }
within 30 "who has what is known of all" all_known
before=$(answers)
like "there are answers to compare" "$before" 'mtty-1'
for other in $(grep -vx "$pid" "/sys/fs/cgroup$(unit ControlGroup)/cgroup.procs"); do
        name=$(cat "/proc/$other/comm")
        kill -KILL "$other"
        same() { [ "$(answers)" = "$before" ]; }
        within 5 "killed its process $other ($name): same answers" same
        u=$(uuid 82)
        mdev_create mtty-1 "$u"
        within 3 "hot-plug is still seen" listed "mdev:$u"
        mdev_remove "$u"
        within 3 "both ways" not_listed "mdev:$u"
done
is "the daemon lived on" "$(main_pid)" "$pid"

# --- killed
restarts=$(unit NRestarts)
kill -KILL "$pid"
restarted() { [ "$(unit ActiveState)" = active ] && [ "$(main_pid)" != "$pid" ]; }
within 10 "killed with -9: systemd restarts it" restarted
is "once" "$(unit NRestarts)" "$((restarts + 1))"
need_daemon
# as soon as it has a helper again: until then it does not know what is in use
as_before() { manager Rescan > /dev/null && diff <(echo "$before") <(answers); }
within 30 "its answers are the same" as_before

# --- reloaded
pid=$(main_pid)
check "systemctl reload" systemctl reload "$service"
is "it is the same process" "$(main_pid)" "$pid"
within 30 "its answers are the same after a reload" as_before
model() { property "$(path_of "mdev:$(uuid 80)")" Model; }
model=$(model)
file=$(cd /usr/lib/vfio-migration/models.d && grep -lF "\"$model\"" -- *.json | head -n 1)
if [ -n "$file" ]; then
        mkdir -p /etc/vfio-migration/models.d
        ln -s /dev/null "/etc/vfio-migration/models.d/$file"
        systemctl reload "$service"
        no_model() { [ "$(model)" != "$model" ]; }
        within 3 "a model file that is masked counts no more after a reload ($file)" no_model
        rm "/etc/vfio-migration/models.d/$file"
        rmdir --ignore-fail-on-non-empty /etc/vfio-migration/models.d
        systemctl reload "$service"
        again() { [ "$(model)" = "$model" ]; }
        within 3 "and counts again after another" again
else not_ok "a model file names the model of mtty-1"; fi

# --- restarted, stopped
check "systemctl restart" systemctl restart "$service"
within 30 "its answers are the same after a restart" as_before
start=$(now)
check "systemctl stop" systemctl stop "$service"
check "it ends within 5 s" test $(( $(now) - start )) -lt 5000000
is "cleanly" "$(unit Result) $(unit ExecMainStatus)" "success 0"
need_daemon
ok "the next call starts it again"
mdev_clear
summary
