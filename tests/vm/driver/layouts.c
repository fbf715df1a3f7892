// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which files the types and their devices have: a type for each layout. Data only.
 */
#include "vmt.h"

#define RW 0644

#define MODEL(layout) "https://vendor.example/" layout
#define INFO_JSON                                                                                            \
        "{\"models\":{\"vendor.example/info-json\":{\"params\":{"                                            \
        "\"rss\":{\"type\":\"bool\",\"init_value\":\"on\",\"off_value\":\"off\"},"                           \
        "\"rx-filter-size\":{\"type\":\"int\",\"init_value\":\"64\",\"off_value\":\"0\",\"allowed_values\":" \
        "[\"0-64\"],\"description\":\"entries\"}}}}}"

const struct vmt_layout vmt_layouts[] = {
        {
                .name = "attributes",
                .units = 8,
                .type_files = { { "model", 0, MODEL("attributes") },
                                { "version", 0, "2" },
                                { "config_params", 0, "rss rx-filter-size" },
                                { "rss", 0, "on" },
                                { "rx-filter-size", 0, "64" } },
                .device_files = { { "model", 0, MODEL("attributes") },
                                  { "version", RW, "2" },
                                  { "config_params", 0, "rss rx-filter-size" },
                                  { "rss", 0, "on" },
                                  { "rx-filter-size", 0, "64" } },
        },
        {
                .name = "params-dir",
                .units = 8,
                .type_files = { { "migration/model", 0, MODEL("params-dir") } },
                .device_files = { { "migration/model", 0, MODEL("params-dir") },
                                  { "migration/params/rss", 0, "on" },
                                  { "migration/params/rx-filter-size", RW, "64" },
                                  { "migration/params/quirk", RW, "" } },
        },
        {
                .name = "info-json",
                .units = 8,
                .type_files = { { "migration_info.json", 0, INFO_JSON } },
                .device_files = { { "migration/rss", 0, "on" }, { "migration/rx-filter-size", RW, "64" } },
        },
        {
                .name = "self-compatible",
                .units = 8,
                .device_files = { { "migration/self/software_version", 0, "1.2.0" },
                                  { "migration/self/device_api", 0, "vfio-pci" },
                                  { "migration/self/mdev_type", 0, "%T" },
                                  { "migration/self/aggregator", 0, "2" },
                                  { "migration/compatible0/software_version", 0, "1.1.0" },
                                  { "migration/compatible0/device_api", 0, "vfio-pci" },
                                  { "migration/compatible0/mdev_type", 0, "%T" },
                                  { "migration/compatible0/aggregator", 0, "2" } },
        },
        {
                .name = "type-compatible",
                .units = 8,
                .type_files = { { "software_version", 0, "1.2.0" },
                                { "compatible_type", 0, "%T" },
                                { "compatible_pci_ids", 0, "1b36:0005" },
                                { "dynamic_resources", 0, "aggregator, fps" } },
                .device_files = { { "aggregator", RW, "2" }, { "fps", RW, "30" } },
        },
        {
                .name = "migration-version",
                .units = 8,
                .type_files = { { "migration_version", RW, "vendor-%T-1.2" },
                                { "migration_compatible_devices", 0, "parent id: 1b36 0005\nmdev_type: %T" } },
                .device_files = { { "migration_version", RW, "vendor-%T-1.2" } },
        },
        /* nothing but a vendor's own file: a model file says what it is */
        { .name = "model-file", .units = 8, .device_files = { { "vendor/lanes", RW, "4" } } },
        /* these two share 8 units of their parent */
        { .name = "shared-1", .units = 1, .shared = true },
        { .name = "shared-2", .units = 2, .shared = true },
};

const unsigned int vmt_n_layouts = ARRAY_SIZE(vmt_layouts);
