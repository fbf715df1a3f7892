/*
 * The floor of a cold inventory: libudev's bare enumeration, and one raw openat() scan of given attributes.
 *
 * Told which attributes there are, so it looks at no directory of a device, makes nothing of what it reads, and keeps
 * nothing. It enumerates class vfio-dev only, which has every device; with --raw it lists that itself.
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

struct tally {
        size_t devices, files, bytes, failed;
};

struct attributes {
        const char *names[NAMES_MAX];
        size_t n;
};

static void read_file(struct tally *t, int dir_fd, const char *name) {
        char buffer[4096];
        ssize_t n = -1;
        int fd = openat(dir_fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

        if (fd >= 0) {
                n = read(fd, buffer, sizeof(buffer));
                close(fd);
        }
        if (n < 0) {
                t->failed++;
                return;
        }
        t->files++;
        t->bytes += (size_t)n;
}

static void read_device(struct tally *t, const char *path, const struct attributes *a) {
        int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0) {
                t->failed++;
                return;
        }
        for (size_t i = 0; i < a->n; i++)
                read_file(t, fd, a->names[i]);
        close(fd);
        t->devices++;
}

/* The device that an entry of class/vfio-dev belongs to. */
static void read_entry(struct tally *t, char *path, const struct attributes *mdev, const struct attributes *pci) {
        char *name;

        for (int i = 0; i < 2; i++)
                *strrchr(path, '/') = '\0';
        name = strrchr(path, '/') + 1;
        read_device(t, path, strchr(name, ':') ? pci : mdev);
}

static void scan_udev(struct tally *t, const struct attributes *mdev, const struct attributes *pci) {
        struct udev *udev = udev_new();
        struct udev_enumerate *e = udev ? udev_enumerate_new(udev) : NULL;
        struct udev_list_entry *entry;
        char path[4096];

        if (!e || udev_enumerate_add_match_subsystem(e, "vfio-dev") < 0 || udev_enumerate_scan_devices(e) < 0) {
                fprintf(stderr, "bench-scan: cannot enumerate vfio-dev\n");
                exit(1);
        }
        udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(e)) {
                snprintf(path, sizeof(path), "%s", udev_list_entry_get_name(entry));
                read_entry(t, path, mdev, pci);
        }
        udev_enumerate_unref(e);
        udev_unref(udev);
}

static void scan_raw(struct tally *t, const struct attributes *mdev, const struct attributes *pci) {
        DIR *d = opendir("/sys/class/vfio-dev");
        const struct dirent *e;
        char path[8192], target[4096];

        if (!d) {
                fprintf(stderr, "bench-scan: /sys/class/vfio-dev: %s\n", strerror(errno));
                exit(1);
        }
        while ((e = readdir(d))) {
                ssize_t n = e->d_name[0] == '.' ? 0 : readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);

                if (n <= 0)
                        continue;
                target[n] = '\0';
                snprintf(path, sizeof(path), "/sys/class/vfio-dev/%s", target);
                read_entry(t, path, mdev, pci);
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
        struct tally t = {};
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
        (raw ? scan_raw : scan_udev)(&t, &mdev, &pci);
        for (int i = optind; i < argc; i++)
                read_file(&t, AT_FDCWD, argv[i]);
        printf("%zu devices, %zu files, %zu bytes, %zu failed\n", t.devices, t.files, t.bytes, t.failed);
        return 0;
}
