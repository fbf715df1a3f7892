#!/bin/bash
# What can still be created is right although the kernel sends no uevent when
# a type's instances change because of another type's.
. ./lib.sh
have_mtty || not_ok "the devices are there"
mdev_clear
need_daemon
within 1 "nothing created" can_create mtty-1 24 mtty-2 12
mdev_create mtty-1 "$(uuid 60)"; mdev_create mtty-1 "$(uuid 61)"; mdev_create mtty-2 "$(uuid 62)"
within 1 "two mtty-1 and one mtty-2 created: 20 and 10 left" can_create mtty-1 20 mtty-2 10
show vfiomigctl --no-pager types
types=$(vfiomigctl --json=short types)
note "$types"
is "vfiomigctl says the same" "$(jq -r '[[.. | objects | select(has("available"))] | sort_by(.mdevType // .type)[] | .available] | join(" ")' <<< "$types")" "20 10"
mdev_remove "$(uuid 62)"
within 1 "the mtty-2 removed: 22 and 11" can_create mtty-1 22 mtty-2 11
for i in {1..22}; do mdev_create mtty-1 "$(uuid $((100 + i)))"; done
within 1 "mtty is full: 0 and 0" can_create mtty-1 0 mtty-2 0
mdev_clear
within 1 "all removed" can_create mtty-1 24 mtty-2 12
summary
