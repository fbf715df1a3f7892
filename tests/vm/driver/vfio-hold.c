/*
 * vfio-hold NODE DEVICE ACTION...: opens a VFIO device as a hypervisor does and does what the tests ask for. A user
 * program, for the test machine only.
 *
 * NODE is a group's (/dev/vfio/12) and DEVICE the device's name (a BDF or UUID), or NODE is the device's own
 * (/dev/vfio/devices/vfio0) and DEVICE is "-". Actions, in order:
 *   features    prints what it supports
 *   poke VALUE  a byte into the device's memory (BAR 0); peek prints it
 *   save FILE   stops the device and saves it; load FILE the other way, and it runs again
 *   hold        prints "held", and waits until it is killed or its standard input ends
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Newer than bookworm's headers. */
#define BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18)
#define FEATURE_MIG_DATA_SIZE 9
struct bind_iommufd {
        uint32_t argsz, flags;
        int32_t iommufd;
        uint32_t out_devid;
};

static int open_by_group(const char *node, const char *name) {
        int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC), group = open(node, O_RDWR | O_CLOEXEC), fd;

        if (container < 0 || group < 0)
                err(1, "%s", container < 0 ? "/dev/vfio/vfio" : node);
        if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0 ||
            ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
                err(1, "container of %s", node);
        fd = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
        if (fd < 0)
                err(1, "%s in %s", name, node);
        return fd;
}

static int open_by_cdev(const char *node) {
        struct bind_iommufd bind = { .argsz = sizeof(bind) };
        int fd = open(node, O_RDWR | O_CLOEXEC);

        bind.iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
        if (fd < 0 || bind.iommufd < 0)
                err(1, "%s", fd < 0 ? node : "/dev/iommu");
        if (ioctl(fd, BIND_IOMMUFD, &bind) < 0)
                err(1, "binding %s", node);
        return fd;
}

/* The feature's data follow the header; ret may be NULL with VFIO_DEVICE_FEATURE_PROBE. */
static int feature(int fd, uint32_t flags, void *data, size_t n) {
        struct {
                struct vfio_device_feature head;
                uint64_t data[4];
        } f = { .head.argsz = sizeof(f.head) + (uint32_t)n, .head.flags = flags };

        memcpy(f.data, data, n);
        if (ioctl(fd, VFIO_DEVICE_FEATURE, &f) < 0)
                return -errno;
        memcpy(data, f.data, n);
        return 0;
}

static void print_features(int fd) {
        struct vfio_device_info info = { .argsz = sizeof(info) };
        struct vfio_device_feature_migration m = {};
        uint64_t size = 0;
        int r;

        if (ioctl(fd, VFIO_DEVICE_GET_INFO, &info) < 0)
                err(1, "GET_INFO");
        printf("info flags=%#x regions=%u\n", info.flags, info.num_regions);
        r = feature(fd, VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIGRATION, &m, sizeof(m));
        if (r < 0)
                printf("migration %s\n", strerrorname_np(-r));
        else
                printf("migration %#llx\n", (unsigned long long)m.flags);
        r = feature(fd, VFIO_DEVICE_FEATURE_GET | FEATURE_MIG_DATA_SIZE, &size, sizeof(size));
        printf("data-size %lld\n", r < 0 ? (long long)r : (long long)size);
        r = feature(fd, VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START, &m,
                    0);
        printf("dma-logging %s\n", r < 0 ? strerrorname_np(-r) : "yes");
}

/* The descriptor of the data, if the arc has one. */
static int set_state(int fd, enum vfio_device_mig_state state) {
        struct vfio_device_feature_mig_state s = { .device_state = state, .data_fd = -1 };
        int r = feature(fd, VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, &s, sizeof(s));

        if (r < 0)
                errx(1, "to state %d: %s", state, strerrorname_np(-r));
        return s.data_fd;
}

static void copy(int from, int to) {
        char buf[4096];
        ssize_t n;

        while ((n = read(from, buf, sizeof(buf))) > 0)
                if (write(to, buf, (size_t)n) != n)
                        err(1, "writing");
        if (n < 0)
                err(1, "reading");
}

static void save(int fd, const char *file) {
        int to = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), data;

        if (to < 0)
                err(1, "%s", file);
        data = set_state(fd, VFIO_DEVICE_STATE_STOP_COPY);
        copy(data, to);
        close(data);
        close(to);
        set_state(fd, VFIO_DEVICE_STATE_STOP);
}

static void load(int fd, const char *file) {
        int from = open(file, O_RDONLY | O_CLOEXEC), data;

        if (from < 0)
                err(1, "%s", file);
        data = set_state(fd, VFIO_DEVICE_STATE_RESUMING);
        copy(from, data);
        close(data);
        close(from);
        set_state(fd, VFIO_DEVICE_STATE_RUNNING);
}

static off_t memory(int fd) {
        struct vfio_region_info info = { .argsz = sizeof(info), .index = VFIO_PCI_BAR0_REGION_INDEX };

        if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
                err(1, "GET_REGION_INFO");
        return (off_t)info.offset;
}

static void poke(int fd, const char *value) {
        unsigned char byte = (unsigned char)strtoul(value, NULL, 0);

        if (pwrite(fd, &byte, 1, memory(fd)) != 1)
                err(1, "poke");
}

static void peek(int fd) {
        unsigned char byte;

        if (pread(fd, &byte, 1, memory(fd)) != 1)
                err(1, "peek");
        printf("memory %#x\n", byte);
}

static void hold(void) {
        char c;

        puts("held");
        fflush(stdout);
        while (read(STDIN_FILENO, &c, 1) > 0)
                ;
}

int main(int argc, char **argv) {
        int fd;

        if (argc < 3)
                errx(2, "usage: vfio-hold NODE DEVICE ACTION...");
        fd = strcmp(argv[2], "-") == 0 ? open_by_cdev(argv[1]) : open_by_group(argv[1], argv[2]);
        for (int i = 3; i < argc; i++) {
                const char *action = argv[i];

                if (strcmp(action, "features") == 0)
                        print_features(fd);
                else if (strcmp(action, "peek") == 0)
                        peek(fd);
                else if (strcmp(action, "hold") == 0)
                        hold();
                else if (i + 1 == argc)
                        errx(2, "%s", action);
                else if (strcmp(action, "poke") == 0)
                        poke(fd, argv[++i]);
                else if (strcmp(action, "save") == 0)
                        save(fd, argv[++i]);
                else if (strcmp(action, "load") == 0)
                        load(fd, argv[++i]);
                else
                        errx(2, "%s", action);
        }
        return 0;
}
