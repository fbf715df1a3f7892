#!/bin/bash
# Whether a device can migrate, from VFIO's debugfs, which only the helper can
# read: where the kernel has it (--kernel-config cdev), and where it has not.
. ./lib.sh
check "our own driver is loaded" have_vmt
on_exit vmt_gone
mdev_clear
need_daemon
u=$(uuid 450)
vmt_create 0000:00:11.0 migration-version "$u"          # no model file speaks for it
within 2 "the device is listed" listed "mdev:$u"
told() { manager Describe ast 1 "mdev:$u" 0 | jq -r '.data[0]' | jq -c '.devices[0] | [.migration.protocol, .origin.migration]'; }
if [ -d /sys/kernel/debug/vfio ]; then
        is "the kernel says how it does" "$(cat "/sys/kernel/debug/vfio/$u/migration/state")" RUNNING
        refute "but not to the daemon's user" setpriv --reuid=vfio-migration --clear-groups test -r /sys/kernel/debug/vfio
        by_debugfs() { [[ $(told) == '["v2","debugfs:'* ]] || told; [[ $(told) == '["v2","debugfs:'* ]]; }
        within 20 "so that it can is known" by_debugfs
        note "$(told)"
else
        is "nobody says that it can" "$(told)" '[null,"identity:config"]'
fi
mdev_clear
summary
