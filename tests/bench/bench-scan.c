/*
 * The floor of a cold inventory: libudev's bare enumeration, and one raw openat() scan of given attributes.
 *
 * Told which attributes there are, so it looks at no directory and no link, makes nothing of what it reads, and keeps
 * nothing. With --raw it lists the directories itself instead of asking libudev.
 *
 *     bench-scan [--raw] [--mdev=NAME,...] [--pci=NAME,...] [PATH...]
 *
 * PATH: files that several devices share, each read once.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libudev.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "util/macro.h"

#define NAMES_MAX 64

static struct {
        size_t devices, files, bytes, failed;
} done;

struct attributes {
        const char *names[NAMES_MAX];
        size_t n;
};

static void read_file(int dir_fd, const char *name) {
        char buffer[4096];
        ssize_t n = -1;
        int fd = openat(dir_fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

        if (fd >= 0) {
                n = read(fd, buffer, sizeof(buffer));
                close(fd);
        }
        if (n < 0) {
                done.failed++;
                return;
        }
        done.files++;
        done.bytes += (size_t)n;
}

static void read_device(const char *path, const struct attributes *a) {
        int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0) {
                done.failed++;
                return;
        }
        for (size_t i = 0; i < a->n; i++)
                read_file(fd, a->names[i]);
        close(fd);
        done.devices++;
}

/* The device that an entry of class/vfio-dev belongs to, if it is one of PCI's: mdevs are found on their own bus. */
static void read_vfio(char *path, const struct attributes *pci) {
        char *name;

        for (int i = 0; i < 2; i++)
                *strrchr(path, '/') = '\0';
        name = strrchr(path, '/') + 1;
        if (strchr(name, ':'))
                read_device(path, pci);
}

static struct udev_enumerate *enumerate(struct udev *udev, const char *subsystem) {
        struct udev_enumerate *e = udev_enumerate_new(udev);

        if (!e || udev_enumerate_add_match_subsystem(e, subsystem) < 0 || udev_enumerate_scan_devices(e) < 0) {
                fprintf(stderr, "bench-scan: cannot enumerate %s\n", subsystem);
                exit(1);
        }
        return e;
}

static void scan_udev(const struct attributes *mdev, const struct attributes *pci) {
        struct udev *udev = udev_new();
        struct udev_enumerate *mdevs = enumerate(udev, "mdev"), *all = enumerate(udev, "pci"),
                              *vfio = enumerate(udev, "vfio-dev");
        struct udev_list_entry *entry;
        char path[4096];

        udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(mdevs))
                read_device(udev_list_entry_get_name(entry), mdev);
        udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(vfio)) {
                snprintf(path, sizeof(path), "%s", udev_list_entry_get_name(entry));
                read_vfio(path, pci);
        }
        udev_enumerate_unref(mdevs);
        udev_enumerate_unref(vfio);
        udev_enumerate_unref(all);
        udev_unref(udev);
}

static DIR *open_list(const char *path) {
        DIR *d = opendir(path);

        if (!d) {
                fprintf(stderr, "bench-scan: %s: %s\n", path, strerror(errno));
                exit(1);
        }
        return d;
}

static void scan_raw(const struct attributes *mdev, const struct attributes *pci) {
        DIR *d = open_list("/sys/bus/mdev/devices");
        const struct dirent *e;
        char path[8192], target[4096];

        while ((e = readdir(d)))
                if (e->d_name[0] != '.') {
                        snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s", e->d_name);
                        read_device(path, mdev);
                }
        closedir(d);
        d = open_list("/sys/class/vfio-dev");
        while ((e = readdir(d)))
                if (e->d_name[0] != '.') {
                        ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);

                        if (n > 0) {
                                target[n] = '\0';
                                snprintf(path, sizeof(path), "/sys/class/vfio-dev/%s", target);
                                read_vfio(path, pci);
                        }
                }
        closedir(d);
}

static void split(char *names, struct attributes *a) {
        for (char *name = strtok(names, ","); name && a->n < NAMES_MAX; name = strtok(NULL, ","))
                a->names[a->n++] = name;
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                { "raw", no_argument, NULL, 'r' },
                { "mdev", required_argument, NULL, 'm' },
                { "pci", required_argument, NULL, 'p' },
                {},
        };
        struct attributes mdev = {}, pci = {};
        bool raw = false;
        int c;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'r':
                        raw = true;
                        break;
                case 'm':
                        split(optarg, &mdev);
                        break;
                case 'p':
                        split(optarg, &pci);
                        break;
                default:
                        return 2;
                }
        (raw ? scan_raw : scan_udev)(&mdev, &pci);
        for (int i = optind; i < argc; i++)
                read_file(AT_FDCWD, argv[i]);
        printf("%zu devices, %zu files, %zu bytes, %zu failed\n", done.devices, done.files, done.bytes, done.failed);
        return 0;
}
