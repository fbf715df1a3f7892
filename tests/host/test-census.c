/*
 * What is found on a host and where it hangs: mdevs and parents, VFs on any driver, NVIDIA's, groups, and broken trees.
 */
#include <stdlib.h>
#include <string.h>

#include "host/census.h"
#include "host/probe.h"
#include "told.h"
#include "util/alloc.h"

static struct testhost *t;
static struct document *d;

static void setup(void) {
        d = NULL;
        t = testhost_new();
}

static void teardown(void) {
        document_free(d);
        testhost_free(t);
}

static void look(int way) {
        document_free(d);
        d = told(t, way);
}

/* The keys, in their order, separated by spaces. */
static char *keys(int way) {
        _cleanup_host_ struct host h;
        _cleanup_names_ struct names names = {};
        struct text text = {};

        told_open(t, way, &h);
        ck_assert_int_eq(census_list(&h, &names), 0);
        text_add(&text, "");
        for (size_t i = 0; i < names.n; i++) {
                text_add(&text, i ? " " : "");
                text_add(&text, names.v[i]);
        }
        return text_take(&text);
}

START_TEST(test_nothing) {
        _cleanup_free_ char *none = NULL, *bare = NULL;

        none = keys(_i);
        ck_assert_str_eq(none, "");
        testhost_remove(t, "sys");
        testhost_remove(t, "proc");
        bare = keys(_i);
        ck_assert_str_eq(bare, "");
        look(_i);
        ck_assert_uint_eq(d->n_devices + d->n_creatables, 0);
        ck_assert_ptr_null(d->kernel);
}
END_TEST

START_TEST(test_everything) {
        const char *mtty = testhost_add_mdev_parent(t, "mtty", "mtty"), *nic;
        _cleanup_free_ char *all = NULL;
        const struct device *c;

        testhost_add_type(t, mtty, "mtty-1", 24);
        testhost_add_type(t, mtty, "mtty-2", 12);
        testhost_add_mdev(t, mtty, "mtty-2", uuid(2), "mtty");
        testhost_add_mdev(t, mtty, "mtty-1", uuid(1), NULL); /* not bound yet */
        testhost_add_pci(t, "0000:3b:00.0", "15b3:1015", "my_nic");
        nic = testhost_add_mdev_parent(t, "pci", "0000:3b:00.0");
        testhost_add_type(t, nic, "my_nic-1", 4);
        testhost_add_pci(t, "0000:00:1f.0", "8086:0001", NULL);       /* none of ours */
        testhost_add_pci(t, "0001:00:02.0", "8086:0002", "vfio-pci"); /* whole device, passed through */
        testhost_add_other(t, "ccw", "0.0.1234", "vfio_ccw");
        all = keys(_i);
        ck_assert_str_eq(all, "ccw:0.0.1234 mdev:00000001-0000-4000-8000-000000000000 "
                              "mdev:00000002-0000-4000-8000-000000000000 pci:0001:00:02.0 "
                              "parent:mtty:mtty parent:pci:0000:3b:00.0");
        look(_i);
        ck_assert_uint_eq(d->n_devices, 4);
        ck_assert_uint_eq(d->n_creatables, 3);
        ck_assert_str_eq(told_device(d, "ccw:0.0.1234")->bus, "ccw");
        ck_assert_str_eq(told_traits(d, "ccw:0.0.1234")->driver, "vfio_ccw");
        ck_assert_str_eq(told_device(d, "pci:0001:00:02.0")->vfio_device, "vfio1");
        ck_assert_str_eq(told_device(d, "pci:0001:00:02.0")->sysfs_path, "sys/devices/pci0001:00/0001:00:02.0");
        ck_assert_ptr_null(told_device(d, "pci:0001:00:02.0")->parent);
        ck_assert_str_eq(told_device(d, "mdev:00000002-0000-4000-8000-000000000000")->vfio_device, "vfio0");
        ck_assert_str_eq(told_device(d, "mdev:00000002-0000-4000-8000-000000000000")->iommu_group, "0");
        ck_assert_str_eq(told_traits(d, "mdev:00000002-0000-4000-8000-000000000000")->mdev_type, "mtty-2");
        c = told_creatable(d, "mtty:mtty", "mtty-1");
        ck_assert_uint_eq(c->available, 24);
        ck_assert_str_eq(c->traits->driver, "mtty");
        ck_assert(!c->traits->independent);
        ck_assert_int_eq(c->traits->in_use, TRI_NO);
        ck_assert_str_eq(told_creatable(d, "pci:0000:3b:00.0", "my_nic-1")->traits->driver,
                         "mtty"); /* the only one there is */
}
END_TEST

/* Which mdev driver a new device will have. */
START_TEST(test_creatable_driver) {
        const char *parent, *mtty = testhost_add_mdev_parent(t, "mtty", "mtty");

        testhost_add_type(t, mtty, "mtty-1", 24);
        testhost_add_pci(t, "0000:3b:00.0", "15b3:1015", "my_nic");
        parent = testhost_add_mdev_parent(t, "pci", "0000:3b:00.0");
        testhost_add_type(t, parent, "my_nic-1", 4);
        look(_i);
        ck_assert_ptr_null(told_creatable(d, "pci:0000:3b:00.0", "my_nic-1")->traits->driver); /* no driver at all */

        testhost_dir(t, "sys/bus/mdev/drivers/mtty");
        testhost_dir(t, "sys/bus/mdev/drivers/nic_mdev");
        testhost_link_to(t, "sys/bus/mdev/drivers/nic_mdev/module", "sys/module/my_nic");
        look(_i);
        ck_assert_str_eq(told_creatable(d, "mtty:mtty", "mtty-1")->traits->driver, "mtty");
        ck_assert_str_eq(told_creatable(d, "pci:0000:3b:00.0", "my_nic-1")->traits->driver, "nic_mdev");

        testhost_remove(t, "sys/bus/mdev/drivers/nic_mdev/module");
        look(_i);
        ck_assert_ptr_null(told_creatable(d, "pci:0000:3b:00.0", "my_nic-1")->traits->driver);
        testhost_add_mdev(t, parent, "my_nic-1", uuid(1), "nic_mdev");
        look(_i);
        ck_assert_str_eq(told_creatable(d, "pci:0000:3b:00.0", "my_nic-1")->traits->driver, "nic_mdev");
}
END_TEST

static const char alias_file[] = "# Aliases extracted from modules themselves.\n"
                                 "alias pci:v000015B3d*sv*sd*bc*sc*i* mlx5_core\n"
                                 "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n"
                                 "alias vfio_pci:v000015B3d*sv*sd*bc*sc*i* any_mlx_vfio_pci\n"
                                 "alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci\n"
                                 "alias vfio_pci:v00008086d0000E2*bc*sc*i* xe_vfio_pci\n"
                                 "alias vfio_pci:broken\n"
                                 "alias vfio_pci: x\n"
                                 "alias vfio_pci:v1 ../x\n";

static void add_vfs(void) {
        testhost_add_pci(t, "0000:3b:00.0", "15b3:101d", "mlx5_core");
        testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.1", "15b3:101e", "mlx5_core");
        testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.2", "15b3:101e", NULL);
        testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.3", "15b3:101e", "mlx5_vfio_pci");
        testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.4", "15b3:101e", "vfio-pci");
        testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.5", "15b3:1018", "mlx5_core");
        testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.6", "1af4:1041", "virtio-pci");
        testhost_add_vf(t, "0000:3b:00.0", "0000:3b:00.7", "8086:e211", "xe");
}

/* VFs on any driver, with modules.alias where a distribution, a merged /usr, or the daemon's sandbox has it. */
START_TEST(test_vfs) {
        static const char *const places[] = { "lib/modules/6.12.96/modules.alias",
                                              "usr/lib/modules/6.12.96/modules.alias",
                                              "run/vfio-migration-modules/6.12.96/modules.alias" };
        const struct traits *traits;

        testhost_kernel(t, "6.12.96", NULL);
        add_vfs();
        look(_i % 2);
        ck_assert_uint_eq(d->n_devices, 2); /* without aliases: those on a VFIO driver */
        ck_assert_ptr_null(told_device(d, "pci:0000:3b:00.4")->variant_driver);
        testhost_file(t, places[_i / 2], alias_file);
        look(_i % 2);
        ck_assert_uint_eq(d->n_devices, 6);

        traits = told_traits(d, "pci:0000:3b:00.1");
        ck_assert_str_eq(traits->driver, "mlx5_vfio_pci"); /* the alias that says most */
        ck_assert_str_eq(traits->bound_driver, "mlx5_core");
        ck_assert_str_eq(told_fact(d, "pci:0000:3b:00.1", "driver.name"), "mlx5_vfio_pci");
        ck_assert_str_eq(told_origin(d, "pci:0000:3b:00.1", "facts.driver.name"), "identity:modalias");
        ck_assert_str_eq(told_device(d, "pci:0000:3b:00.1")->parent, "pci:0000:3b:00.0");
        traits = told_traits(d, "pci:0000:3b:00.2");
        ck_assert_str_eq(traits->bound_driver, "");
        ck_assert_int_eq(traits->in_use, TRI_NO);
        ck_assert_ptr_null(told_traits(d, "pci:0000:3b:00.3")->bound_driver);
        ck_assert_ptr_null(told_traits(d, "pci:0000:3b:00.4")->bound_driver); /* it is a VFIO device, as it is */
        ck_assert_str_eq(told_traits(d, "pci:0000:3b:00.4")->driver, "vfio-pci");
        ck_assert_int_eq(told_traits(d, "pci:0000:3b:00.4")->migration.protocol, MIGRATION_NONE);
        ck_assert_str_eq(told_device(d, "pci:0000:3b:00.4")->variant_driver, "mlx5_vfio_pci"); /* but it is told */
        ck_assert_ptr_null(told_device(d, "pci:0000:3b:00.1")->variant_driver);
        ck_assert_ptr_null(told_device(d, "pci:0000:3b:00.3")->variant_driver);
        ck_assert_str_eq(told_traits(d, "pci:0000:3b:00.5")->driver, "any_mlx_vfio_pci");
        ck_assert_ptr_null(told_device(d, "pci:0000:3b:00.6"));
        ck_assert_ptr_null(told_device(d, "pci:0000:3b:00.0"));
        ck_assert_str_eq(told_traits(d, "pci:0000:3b:00.7")->driver, "xe-vfio-pci");
}
END_TEST

START_TEST(test_loaded_module_names_its_driver) {
        testhost_kernel(t, "6.12.96", NULL);
        add_vfs();
        testhost_file(t, "lib/modules/6.12.96/modules.alias", alias_file);
        testhost_dir(t, "sys/bus/pci/drivers/mlx5-vfio-pci");
        testhost_link_to(t, "sys/module/mlx5_vfio_pci/drivers/pci:mlx5-vfio-pci", "sys/bus/pci/drivers/mlx5-vfio-pci");
        look(_i);
        ck_assert_str_eq(told_traits(d, "pci:0000:3b:00.1")->driver, "mlx5-vfio-pci");
}
END_TEST

/* Kernels before 6.1 have no class vfio-dev. */
START_TEST(test_old_kernel) {
        add_vfs();
        testhost_remove(t, "sys/class/vfio-dev");
        testhost_remove(t, "sys/devices/pci0000:3b/0000:3b:00.3/vfio-dev");
        testhost_remove(t, "sys/devices/pci0000:3b/0000:3b:00.4/vfio-dev");
        look(_i);
        ck_assert_uint_eq(d->n_devices, 2);
        ck_assert_ptr_null(told_device(d, "pci:0000:3b:00.3")->vfio_device);
        ck_assert_str_eq(told_device(d, "pci:0000:3b:00.3")->iommu_group, "3");
}
END_TEST

static const char vgpu_list[] = "ID    : vGPU Name\n"
                                "557   : NVIDIA A40-1B\n"
                                "558   : NVIDIA A40-2B\n"
                                "558   : NVIDIA A40-2B\n"
                                "x\n0 : none\n99999999999 : huge\n";

START_TEST(test_nvidia) {
        const char *vfs[4], *pf = "pci:0000:65:00.0";
        _cleanup_free_ char *all = NULL;
        const struct device *c;

        testhost_add_pci(t, "0000:65:00.0", "10de:2235", "nvidia");
        for (int i = 0; i < 4; i++) {
                _cleanup_free_ char *bdf = xasprintf("0000:65:00.%d", i + 4);

                vfs[i] = testhost_add_vf(t, "0000:65:00.0", bdf, "10de:2235:10de:14d5", "nvidia");
                testhost_attr(t, vfs[i], "nvidia/current_vgpu_type", i == 0 ? "557" : "0");
                testhost_attr(t, vfs[i], "nvidia/creatable_vgpu_types", i == 3 ? "558 : NVIDIA A40-2B" : vgpu_list);
        }
        testhost_add_pci(t, "0000:66:00.0", "10de:2235", "nvidia"); /* a PF without VFs is no parent */
        all = keys(_i);
        ck_assert_str_eq(all,
                         "pci:0000:65:00.4 pci:0000:65:00.5 pci:0000:65:00.6 pci:0000:65:00.7 parent:pci:0000:65:00.0");
        look(_i);
        ck_assert_uint_eq(d->n_devices, 1); /* the free ones are none */
        ck_assert_str_eq(told_traits(d, "pci:0000:65:00.4")->mdev_type, "nvidia-557");
        ck_assert_str_eq(told_traits(d, "pci:0000:65:00.4")->driver, "nvidia");
        ck_assert_ptr_null(told_traits(d, "pci:0000:65:00.4")->bound_driver);
        ck_assert_str_eq(told_fact(d, "pci:0000:65:00.4", "nvidia.vgpuType"), "557");
        ck_assert_str_eq(told_origin(d, "pci:0000:65:00.4", "facts.nvidia.vgpuType"), "sysfs:nvidia/current_vgpu_type");
        ck_assert_str_eq(told_device(d, "pci:0000:65:00.4")->parent, pf);
        ck_assert_uint_eq(d->n_creatables, 2);
        ck_assert_uint_eq(told_creatable(d, pf, "nvidia-557")->available, 2);
        c = told_creatable(d, pf, "nvidia-558");
        ck_assert_uint_eq(c->available, 3);
        ck_assert(!c->traits->independent);
        ck_assert_str_eq(c->traits->driver, "nvidia");
        ck_assert_str_eq(entries_get(&c->traits->facts, "nvidia.vgpuType"), "558");
        ck_assert_str_eq(entries_get(&c->traits->facts, "pci.subsystemDevice"), "14d5");

        /* A type that cannot be read: a device of which nothing is known, rather than none. */
        testhost_attr_broken(t, vfs[1], "nvidia/current_vgpu_type");
        look(_i);
        ck_assert_uint_eq(d->n_devices, 2);
        ck_assert_str_eq(told_origin(d, "pci:0000:65:00.5", "model"), "errno:EISDIR");
        ck_assert_uint_eq(told_creatable(d, pf, "nvidia-557")->available, 1);
}
END_TEST

START_TEST(test_groups) {
        const char *a = testhost_add_pci(t, "0000:01:00.0", "8086:0001", "vfio-pci"), *b, *c, *e, *f;

        b = testhost_add_pci(t, "0000:01:00.1", "8086:0001", "e1000e");
        c = testhost_add_pci(t, "0000:01:00.2", "8086:0001", NULL);
        e = testhost_add_pci(t, "0000:01:00.3", "8086:0001", "pci-stub");
        f = testhost_add_pci(t, "0000:00:01.0", "8086:0001", "some_port");
        testhost_share_group(t, b, a);
        testhost_share_group(t, c, a);
        testhost_share_group(t, e, a);
        testhost_share_group(t, f, a);
        testhost_attr(t, f, "class", "0x060400");
        testhost_attr(t, a, "numa_node", "1");
        look(_i);
        ck_assert_uint_eq(d->n_devices, 1);
        ck_assert_uint_eq(strv_length(told_device(d, "pci:0000:01:00.0")->group_blocked_by), 1);
        ck_assert_str_eq(told_device(d, "pci:0000:01:00.0")->group_blocked_by[0], "pci:0000:01:00.1");
        ck_assert(told_traits(d, "pci:0000:01:00.0")->group_blocked);
        ck_assert(told_device(d, "pci:0000:01:00.0")->has_numa_node);
        ck_assert_int_eq(told_device(d, "pci:0000:01:00.0")->numa_node, 1);
        testhost_unplug(t, b);
        look(_i);
        ck_assert(!told_traits(d, "pci:0000:01:00.0")->group_blocked);
        testhost_attr(t, a, "numa_node", "-1");
        look(_i);
        ck_assert(!told_device(d, "pci:0000:01:00.0")->has_numa_node);
}
END_TEST

/* What cannot be looked at may keep the group from being opened. */
START_TEST(test_groups_not_read) {
        const char *key = "pci:0000:01:00.0", *a = testhost_add_pci(t, "0000:01:00.0", "8086:0001", "vfio-pci"),
                   *b = testhost_add_pci(t, "0000:01:00.1", "8086:0001", NULL);
        _cleanup_free_ char *driver = xasprintf("%s/driver", b), *link = xasprintf("%s/iommu_group", a);

        testhost_share_group(t, b, a);
        look(_i);
        ck_assert(!told_traits(d, key)->group_blocked);
        testhost_attr(t, b, "driver", "no link");
        look(_i);
        ck_assert(told_traits(d, key)->group_blocked);
        ck_assert_str_eq(told_device(d, key)->group_blocked_by[0], "pci:0000:01:00.1");
        testhost_remove(t, driver);
        testhost_file(t, "sys/kernel/iommu_groups/0/devices/\xff", "");
        look(_i);
        ck_assert_uint_eq(strv_length(told_device(d, key)->group_blocked_by), 1);
        ck_assert_str_eq(told_device(d, key)->group_blocked_by[0], "group:0");
        testhost_remove(t, "sys/kernel/iommu_groups/0/devices");
        look(_i);
        ck_assert(!told_traits(d, key)->group_blocked);
        testhost_link(t, "sys/kernel/iommu_groups/0/devices", "devices");
        look(_i);
        ck_assert(told_traits(d, key)->group_blocked);
        ck_assert_str_eq(told_device(d, key)->group_blocked_by[0], "group:0");
        testhost_remove(t, link);
        look(_i);
        ck_assert(!told_traits(d, key)->group_blocked);
        testhost_attr(t, a, "iommu_group", "no link");
        look(_i);
        ck_assert_str_eq(told_device(d, key)->group_blocked_by[0], "group:?");
}
END_TEST

/* A driver that cannot be read is not "none". */
START_TEST(test_driver_not_read) {
        const char *a = testhost_add_pci(t, "0000:01:00.0", "8086:0001", "vfio-pci");
        _cleanup_free_ char *driver = xasprintf("%s/driver", a);

        testhost_remove(t, driver);
        testhost_attr(t, a, "driver", "no link");
        look(_i);
        ck_assert_ptr_null(told_traits(d, "pci:0000:01:00.0")->model);
        ck_assert_str_eq(told_origin(d, "pci:0000:01:00.0", "model"), "errno:EINVAL");
}
END_TEST

/* One bad device is listed as what it is, and the others are as they were. */
START_TEST(test_broken_trees) {
        const char *mtty = testhost_add_mdev_parent(t, "mtty", "mtty"), *good;
        struct device *device;
        _cleanup_host_ struct host h;

        testhost_add_type(t, mtty, "mtty-1", 24);
        good = testhost_add_mdev(t, mtty, "mtty-1", uuid(1), "mtty");
        testhost_attr(t, good, "model", "m");
        testhost_link(t, "sys/bus/mdev/devices/00000002-0000-4000-8000-000000000000",
                      "00000002-0000-4000-8000-000000000000");
        testhost_link(t, "sys/bus/mdev/devices/00000003-0000-4000-8000-000000000000", "../../../devices/gone");
        testhost_file(t, "sys/bus/mdev/devices/00000004-0000-4000-8000-000000000000", "a file\n");
        testhost_link(t, "sys/bus/mdev/devices/00000005-0000-4000-8000-000000000000", "/etc");
        testhost_link(t, "sys/class/vfio-dev/vfio7", "../../../../..");
        testhost_file(t, "sys/class/vfio-dev/vfio8", "");
        testhost_link(t, "sys/class/vfio-dev/vfio9", "/");
        testhost_link(t, "sys/class/mdev_bus/loop", "loop");
        testhost_link(t, "sys/class/mdev_bus/empty", "../../devices/virtual");
        testhost_link(t, "sys/bus/pci/devices/0000:00:00.0", "/etc/passwd");
        testhost_file(t, "etc/passwd", "root\n");
        look(_i);
        ck_assert_str_eq(told_traits(d, "mdev:00000001-0000-4000-8000-000000000000")->model, "m");
        ck_assert_str_eq(told_origin(d, "mdev:00000002-0000-4000-8000-000000000000", "model"), "errno:ELOOP");
        ck_assert_ptr_null(told_device(d, "mdev:00000003-0000-4000-8000-000000000000"));
        ck_assert_str_eq(told_origin(d, "mdev:00000004-0000-4000-8000-000000000000", "model"), "errno:ENOTDIR");
        ck_assert_ptr_null(told_traits(d, "mdev:00000005-0000-4000-8000-000000000000")->model);
        ck_assert_str_eq(told_device(d, "mdev:00000005-0000-4000-8000-000000000000")->sysfs_path, "etc");
        ck_assert_uint_eq(d->n_devices, 4);
        ck_assert_uint_eq(d->n_creatables, 1);

        /* What was listed and is gone by now, and keys that are none. */
        told_open(t, _i, &h);
        testhost_unplug(t, good);
        ck_assert_int_eq(probe_device(&h, "mdev:00000001-0000-4000-8000-000000000000", &device), -ENODEV);
        ck_assert_int_eq(probe_device(&h, "mdev:../../../../etc", &device), -ENODEV);
        ck_assert_int_eq(probe_device(&h, "..:x", &device), -ENODEV);
        ck_assert_int_eq(probe_device(&h, "mdev", &device), -ENODEV);
        ck_assert_int_eq(probe_device(&h, "", &device), -ENODEV);
        ck_assert_int_eq(probe_device(&h, ":", &device), -ENODEV);
}
END_TEST

START_TEST(test_creatable_numbers) {
        const char *mtty = testhost_add_mdev_parent(t, "mtty", "mtty"),
                   *type = testhost_add_type(t, mtty, "mtty-1", 24);
        static const char *const bad[] = { "-1", "x", "", "4294967296", "3 4" };

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                testhost_attr(t, type, "available_instances", bad[i]);
                look(_i);
                ck_assert_uint_eq(told_creatable(d, "mtty:mtty", "mtty-1")->available, 0);
        }
        testhost_attr_broken(t, type, "available_instances");
        look(_i);
        ck_assert_uint_eq(told_creatable(d, "mtty:mtty", "mtty-1")->available, 0);
        ck_assert_str_eq(traits_origin(told_creatable(d, "mtty:mtty", "mtty-1")->traits, "available"), "errno:EISDIR");
}
END_TEST

int main(void) {
        Suite *suite = suite_create("census");
        TCase *cases = tcase_create("census");

        tcase_add_checked_fixture(cases, setup, teardown);
        tcase_add_loop_test(cases, test_nothing, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_everything, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_creatable_driver, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_vfs, 0, 3 * TOLD_WAYS);
        tcase_add_loop_test(cases, test_loaded_module_names_its_driver, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_old_kernel, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_nvidia, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_groups, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_groups_not_read, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_driver_not_read, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_broken_trees, 0, TOLD_WAYS);
        tcase_add_loop_test(cases, test_creatable_numbers, 0, TOLD_WAYS);
        suite_add_tcase(suite, cases);
        return told_run(suite);
}
