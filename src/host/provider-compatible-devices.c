/*
 * From the thread on migration_version (2019): `migration_compatible_devices` of an mdev type, free text for people.
 *
 * Shown as a hint. Never evidence: its author calls it incomplete.
 */
#include "host/provider.h"

#define FILE_NAME "migration_compatible_devices"

static bool detect(const struct probe *p) {
        return probe_type_has(p, FILE_NAME);
}

static void read_all(struct probe *p) {
        _cleanup_reading_ struct reading r = probe_read_type(p, FILE_NAME);

        probe_give_fact(p, "hint.compatibleDevices", &r);
}

const struct provider provider_compatible_devices = { .name = "compatible-devices",
                                                      .detect = detect,
                                                      .read = read_all };
