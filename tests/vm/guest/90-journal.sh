#!/bin/bash
# What the scripts before this one left in the journal: nothing that a sandbox
# that is too tight, a crash or a leak would write.
. ./lib.sh
log=$(journalctl -b --no-pager -o short-monotonic -u 'vfio-migration*')
is "no call was refused by the sandbox" "$(grep -iE 'EPERM|EACCES|EROFS|ENOSYS|EAFNOSUPPORT|not permitted|permission denied|read-only file|not implemented|not supported by protocol|seccomp|SIGSYS|=31/SYS' <<< "$log")" ""
is "nothing crashed" "$(grep -iE 'dumped|SEGV|SIGABRT|watchdog|assert|trap|stack smashing' <<< "$log")" ""
is "no warning or error but those of the kill -9, of what was made to hang, and of a check that is not trusted" \
        "$(journalctl -b --no-pager -o cat -u 'vfio-migration*' -p warning | grep -vE 'code=killed, status=9/KILL|result .signal|reader|worker|did not answer (in time|within)|timed out after|^check says: is not trusted')" ""
is "the bus refused nothing of it" "$(journalctl -b --no-pager -o cat -u dbus.service -p warning | grep vfio |
        grep -v 'Unknown username "vfio-migration"')" ""      # before sysusers made it
is "the kernel had nothing to complain about" "$(journalctl -b -k --no-pager -o cat | grep -E 'BUG:|WARNING:|Oops|general protection|segfault|vfio-migration')" ""
is "no unit failed" "$(systemctl list-units --failed --plain --no-legend)" ""
note "$(tail -n 20 <<< "$log")"
summary
