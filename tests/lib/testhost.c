/*
 * A small language for hosts that are not there. Owns the temporary directory, and the paths that it hands out.
 */
#include "testhost.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct testhost {
        char *root;
        int fd;
        int keep;
        unsigned next_group;
        unsigned next_vfio;
        char **paths;
        size_t n_paths;
};

static void check(int good, const char *what, const char *path) {
        if (good)
                return;
        fprintf(stderr, "testhost: %s %s: %s\n", what, path, strerror(errno));
        abort();
}

static char *format(const char *f, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *f, ...) {
        va_list ap;
        char *s;

        va_start(ap, f);
        if (vasprintf(&s, f, ap) < 0)
                abort();
        va_end(ap);
        return s;
}

/* Hands a path out. */
static const char *own(struct testhost *h, char *path) {
        h->paths = realloc(h->paths, (h->n_paths + 1) * sizeof(char *));
        if (!h->paths)
                abort();
        return h->paths[h->n_paths++] = path;
}

static const char *base_name(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* The directories on the way to a path. */
static void make_way(struct testhost *h, const char *path) {
        char *copy = format("%s", path);

        for (char *p = strchr(copy, '/'); p; p = strchr(p + 1, '/')) {
                *p = '\0';
                check(mkdirat(h->fd, copy, 0755) == 0 || errno == EEXIST, "mkdir", copy);
                *p = '/';
        }
        free(copy);
}

struct testhost *testhost_new(void) {
        static const char *const dirs[] = {
                "sys/bus/pci/devices",
                "sys/bus/pci/drivers",
                "sys/class",
                "sys/kernel/iommu_groups",
                "sys/module",
                "proc",
                "etc",
                "run",
                "usr/lib",
                "boot",
        };
        const char *tmp = getenv("TMPDIR");
        struct testhost *h = calloc(1, sizeof(*h));

        if (!h)
                abort();
        h->root = format("%s/testhost.XXXXXX", tmp ? tmp : "/tmp");
        check(mkdtemp(h->root) != NULL, "mkdtemp", h->root);
        h->fd = open(h->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        check(h->fd >= 0, "open", h->root);
        for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
                testhost_dir(h, dirs[i]);
        return h;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void)st, (void)type, (void)ftw;
        return remove(path);
}

static void remove_tree(const char *path) {
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct testhost *testhost_free(struct testhost *h) {
        if (!h)
                return NULL;
        close(h->fd);
        if (!h->keep)
                remove_tree(h->root);
        for (size_t i = 0; i < h->n_paths; i++)
                free(h->paths[i]);
        free(h->paths);
        free(h->root);
        free(h);
        return NULL;
}

const char *testhost_root(const struct testhost *h) {
        return h->root;
}

void testhost_keep(struct testhost *h, const char *dir) {
        check(rename(h->root, dir) == 0, "rename to", dir);
        free(h->root);
        h->root = format("%s", dir);
        h->keep = 1;
}

void testhost_dir(struct testhost *h, const char *path) {
        make_way(h, path);
        check(mkdirat(h->fd, path, 0755) == 0 || errno == EEXIST, "mkdir", path);
}

void testhost_file_n(struct testhost *h, const char *path, const void *bytes, size_t n) {
        int fd;

        make_way(h, path);
        fd = openat(h->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
        check(fd >= 0, "create", path);
        check(write(fd, bytes, n) == (ssize_t)n, "write", path);
        close(fd);
}

void testhost_file(struct testhost *h, const char *path, const char *bytes) {
        testhost_file_n(h, path, bytes, strlen(bytes));
}

void testhost_fifo(struct testhost *h, const char *path) {
        make_way(h, path);
        check(mkfifoat(h->fd, path, 0644) == 0, "mkfifo", path);
}

void testhost_link(struct testhost *h, const char *path, const char *target) {
        make_way(h, path);
        check(symlinkat(target, h->fd, path) == 0 || errno == EEXIST, "symlink", path);
}

void testhost_link_to(struct testhost *h, const char *path, const char *to) {
        char *target = format("%s", "");
        size_t common = 0;

        /* What both have in common, by whole components; a ".." for each directory of the link below that. */
        for (size_t i = 0; path[i] && path[i] == to[i]; i++)
                if (path[i] == '/')
                        common = i + 1;
        for (const char *p = path + common; (p = strchr(p, '/')); p++) {
                char *longer = format("../%s", target);

                free(target);
                target = longer;
        }
        {
                char *longer = format("%s%s", target, to + common);

                free(target);
                target = longer;
        }
        testhost_link(h, path, target);
        free(target);
}

void testhost_remove(struct testhost *h, const char *path) {
        char *full = format("%s/%s", h->root, path);

        remove_tree(full);
        free(full);
}

void testhost_attr(struct testhost *h, const char *path, const char *name, const char *value) {
        char *file = format("%s/%s", path, name);
        size_t n = strlen(value);
        char *bytes = format("%s%s", value, n && value[n - 1] == '\n' ? "" : "\n");

        testhost_file(h, file, bytes);
        free(bytes);
        free(file);
}

void testhost_attr_broken(struct testhost *h, const char *path, const char *name) {
        char *file = format("%s/%s", path, name);

        testhost_remove(h, file);
        testhost_dir(h, file);
        free(file);
}

/* A link in a device's directory. */
static void link_in(struct testhost *h, const char *path, const char *name, const char *to) {
        char *link = format("%s/%s", path, name);

        testhost_link_to(h, link, to);
        free(link);
}

static void add_driver(struct testhost *h, const char *path, const char *bus, const char *driver) {
        char *dir = format("sys/bus/%s/drivers/%s", bus, driver), *module = format("sys/module/%s", driver);

        for (char *p = module + strlen("sys/module/"); *p; p++)
                if (*p == '-')
                        *p = '_';
        testhost_dir(h, dir);
        testhost_dir(h, module);
        link_in(h, dir, "module", module);
        link_in(h, path, "driver", dir);
        free(dir);
        free(module);
}

static void add_group(struct testhost *h, const char *path) {
        char *group = format("sys/kernel/iommu_groups/%u", h->next_group++);
        char *member = format("%s/devices/%s", group, base_name(path));

        testhost_link_to(h, member, path);
        link_in(h, path, "iommu_group", group);
        free(member);
        free(group);
}

static void add_vfio(struct testhost *h, const char *path) {
        char *dir = format("%s/vfio-dev/vfio%u", path, h->next_vfio);
        char *class = format("sys/class/vfio-dev/vfio%u", h->next_vfio);

        h->next_vfio++;
        testhost_dir(h, dir);
        link_in(h, dir, "device", path);
        testhost_link_to(h, class, dir);
        free(dir);
        free(class);
}

const char *testhost_add_pci(struct testhost *h, const char *bdf, const char *ids, const char *driver) {
        unsigned vendor, device, sub_vendor = 0, sub_device = 0;
        const char *path = own(h, format("sys/devices/pci%.7s/%s", bdf, bdf));
        char *link = format("sys/bus/pci/devices/%s", bdf), *text;

        check(sscanf(ids, "%x:%x:%x:%x", &vendor, &device, &sub_vendor, &sub_device) >= 2, "ids", ids);
        testhost_dir(h, path);
        testhost_link_to(h, link, path);
        link_in(h, path, "subsystem", "sys/bus/pci");
        testhost_attr(h, path, "vendor", text = format("0x%04x", vendor));
        free(text);
        testhost_attr(h, path, "device", text = format("0x%04x", device));
        free(text);
        testhost_attr(h, path, "subsystem_vendor", text = format("0x%04x", sub_vendor));
        free(text);
        testhost_attr(h, path, "subsystem_device", text = format("0x%04x", sub_device));
        free(text);
        testhost_attr(h, path, "revision", "0x01");
        testhost_attr(h, path, "class", "0x020000");
        testhost_attr(h, path, "numa_node", "-1");
        text = format("pci:v%08Xd%08Xsv%08Xsd%08Xbc02sc00i00", vendor, device, sub_vendor, sub_device);
        testhost_attr(h, path, "modalias", text);
        free(text);
        add_group(h, path);
        if (driver)
                add_driver(h, path, "pci", driver);
        if (driver && strstr(driver, "vfio"))
                add_vfio(h, path);
        free(link);
        return path;
}

const char *testhost_add_vf(struct testhost *h, const char *pf_bdf, const char *bdf, const char *ids,
                            const char *driver) {
        const char *path = testhost_add_pci(h, bdf, ids, driver);
        char *pf = format("sys/devices/pci%.7s/%s", pf_bdf, pf_bdf), *link = NULL;
        struct stat st;
        unsigned n = 0;

        do {
                free(link);
                link = format("%s/virtfn%u", pf, n++);
        } while (fstatat(h->fd, link, &st, AT_SYMLINK_NOFOLLOW) == 0);
        link_in(h, path, "physfn", pf);
        testhost_link_to(h, link, path);
        free(link);
        free(pf);
        return path;
}

const char *testhost_add_mdev_parent(struct testhost *h, const char *subsystem, const char *name) {
        char *path, *link, *types;

        if (strcmp(subsystem, "pci") == 0)
                path = format("sys/devices/pci%.7s/%s", name, name);
        else {
                path = format("sys/devices/virtual/%s/%s", subsystem, name);
                link = format("sys/class/%s", subsystem);
                testhost_dir(h, path);
                link_in(h, path, "subsystem", link);
                link_in(h, link, name, path);
                free(link);
        }
        types = format("%s/mdev_supported_types", path);
        testhost_dir(h, types);
        free(types);
        link_in(h, "sys/class/mdev_bus", name, path);
        testhost_dir(h, "sys/bus/mdev/devices");
        testhost_dir(h, "sys/bus/mdev/drivers");
        return own(h, path);
}

const char *testhost_add_type(struct testhost *h, const char *parent, const char *type, unsigned available) {
        const char *path = own(h, format("%s/mdev_supported_types/%s", parent, type));
        char *devices = format("%s/devices", path), *number = format("%u", available);

        testhost_dir(h, devices);
        testhost_attr(h, path, "available_instances", number);
        testhost_attr(h, path, "device_api", "vfio-pci");
        testhost_attr(h, path, "name", type);
        free(devices);
        free(number);
        return path;
}

const char *testhost_add_mdev(struct testhost *h, const char *parent, const char *type, const char *uuid,
                              const char *driver) {
        const char *path = own(h, format("%s/%s", parent, uuid));
        char *type_path = format("%s/mdev_supported_types/%s", parent, type),
             *link = format("sys/bus/mdev/devices/%s", uuid);
        char *member = format("%s/devices/%s", type_path, uuid);

        testhost_dir(h, path);
        testhost_link_to(h, link, path);
        testhost_link_to(h, member, path);
        link_in(h, path, "subsystem", "sys/bus/mdev");
        link_in(h, path, "mdev_type", type_path);
        add_group(h, path);
        if (driver) {
                add_driver(h, path, "mdev", driver);
                add_vfio(h, path);
        }
        free(type_path);
        free(link);
        free(member);
        return path;
}

const char *testhost_add_other(struct testhost *h, const char *subsystem, const char *name, const char *driver) {
        const char *path = own(h, format("sys/devices/%s/%s", subsystem, name));
        char *bus = format("sys/bus/%s", subsystem), *link = format("%s/devices/%s", bus, name);

        testhost_dir(h, path);
        testhost_link_to(h, link, path);
        link_in(h, path, "subsystem", bus);
        add_group(h, path);
        add_driver(h, path, subsystem, driver);
        add_vfio(h, path);
        free(bus);
        free(link);
        return path;
}

static char *read_group(struct testhost *h, const char *path) {
        char *link = format("%s/iommu_group", path), target[4096];
        ssize_t n = readlinkat(h->fd, link, target, sizeof(target) - 1);

        check(n > 0, "readlink", link);
        target[n] = '\0';
        free(link);
        return format("sys/kernel/iommu_groups/%s", base_name(target));
}

void testhost_share_group(struct testhost *h, const char *path, const char *with) {
        char *old = read_group(h, path), *group = read_group(h, with), *link = format("%s/iommu_group", path);
        char *member = format("%s/devices/%s", group, base_name(path));

        testhost_remove(h, old);
        testhost_remove(h, link);
        testhost_link_to(h, link, group);
        testhost_link_to(h, member, path);
        free(old);
        free(group);
        free(link);
        free(member);
}

/* Removes the links in a directory that lead nowhere any more. */
static int remove_dangling(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        struct stat there;

        (void)st, (void)ftw;
        if (type == FTW_SL && stat(path, &there) < 0)
                return unlink(path);
        return 0;
}

void testhost_unplug(struct testhost *h, const char *path) {
        char *sys = format("%s/sys", h->root);

        testhost_remove(h, path);
        nftw(sys, remove_dangling, 16, FTW_PHYS);
        free(sys);
}

void testhost_model_file(struct testhost *h, const char *name, const char *json) {
        char *path = format("etc/vfio-migration/models.d/%s", name);

        testhost_file(h, path, json);
        free(path);
}

void testhost_pool_file(struct testhost *h, const char *name, const char *json) {
        char *path = format("etc/vfio-migration/pools.d/%s", name);

        testhost_file(h, path, json);
        free(path);
}

void testhost_kernel(struct testhost *h, const char *release, const char *config) {
        char *path = format("boot/config-%s", release);

        testhost_attr(h, "proc/sys/kernel", "osrelease", release);
        if (config)
                testhost_file(h, path, config);
        free(path);
}

void testhost_process(struct testhost *h, unsigned pid, const char *open_file) {
        static unsigned next_fd = 3;
        char *dir = format("proc/%u/fd", pid), *path = format("%s/%u", dir, next_fd++);

        testhost_dir(h, dir);
        if (open_file)
                testhost_link(h, path, open_file);
        free(dir);
        free(path);
}
