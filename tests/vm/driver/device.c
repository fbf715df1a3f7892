// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VFIO device: a PCI device with a configuration space and a few bytes of memory, which migrate. It does no DMA and
 * raises no interrupt. States STOP_COPY and P2P; the stream is a header and the memory.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/overflow.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "vmt.h"

#define OFFSET_SHIFT 40
#define OFFSET_OF(index) ((u64)(index) << OFFSET_SHIFT)

/* --- the stream */

#define MAGIC 0x766d742d73746174ull
#define MAJOR_VERSION 1
#define MINOR_VERSION 2

struct header {
        u64 magic;
        u32 major;
        u32 minor;
        u64 size; /* of what follows */
        char type[40];
};

struct vmt_stream {
        struct file *file;
        struct vmt_device *device;
        struct mutex lock;
        bool dead; /* its device is in another state now */
        bool bad;  /* a header that the device does not take: never loaded */
        size_t filled, total;
        u8 data[];
};

static size_t stream_total(const struct vmt_device *d) {
        return sizeof(struct header) + sizeof(d->registers);
}

static void fill_header(const struct vmt_device *d, struct header *h) {
        *h = (struct header){
                .magic = MAGIC, .major = MAJOR_VERSION, .minor = MINOR_VERSION, .size = sizeof(d->registers)
        };
        strscpy(h->type, d->type->layout->name, sizeof(h->type));
}

/* Older minor versions have the same state. */
static bool header_fits(const struct vmt_device *d, const struct header *h) {
        return h->magic == MAGIC && h->major == MAJOR_VERSION && h->minor <= MINOR_VERSION &&
               h->size == sizeof(d->registers) && strncmp(h->type, d->type->layout->name, sizeof(h->type)) == 0;
}

static int stream_release(struct inode *inode, struct file *file) {
        struct vmt_stream *s = file->private_data;

        mutex_destroy(&s->lock);
        kvfree(s);
        return 0;
}

static ssize_t stream_read(struct file *file, char __user *buf, size_t n, loff_t *pos) {
        struct vmt_stream *s = file->private_data;
        ssize_t r;

        if (pos)
                return -ESPIPE;
        mutex_lock(&s->lock);
        r = s->dead ? -ENODEV : simple_read_from_buffer(buf, n, &file->f_pos, s->data, s->filled);
        mutex_unlock(&s->lock);
        return r;
}

static ssize_t stream_take(struct vmt_stream *s, const char __user *buf, size_t n) {
        size_t before = s->filled;

        if (s->dead)
                return -ENODEV;
        if (s->bad)
                return -EINVAL;
        if (n > s->total - before)
                return -ENOSPC;
        if (copy_from_user(s->data + before, buf, n))
                return -EFAULT;
        s->filled += n;
        if (before < sizeof(struct header) && s->filled >= sizeof(struct header) &&
            !header_fits(s->device, (struct header *)s->data)) {
                s->bad = true;
                return -EINVAL;
        }
        return n;
}

static ssize_t stream_write(struct file *file, const char __user *buf, size_t n, loff_t *pos) {
        struct vmt_stream *s = file->private_data;
        ssize_t r;

        if (pos)
                return -ESPIPE;
        mutex_lock(&s->lock);
        r = stream_take(s, buf, n);
        mutex_unlock(&s->lock);
        return r;
}

static const struct file_operations saving_ops = {
        .owner = THIS_MODULE,
        .read = stream_read,
        .release = stream_release,
};

static const struct file_operations resuming_ops = {
        .owner = THIS_MODULE,
        .write = stream_write,
        .release = stream_release,
};

static struct vmt_stream *stream_new(struct vmt_device *d, const struct file_operations *ops, int flags) {
        size_t total = stream_total(d);
        struct vmt_stream *s = kvzalloc(struct_size(s, data, total), GFP_KERNEL_ACCOUNT);
        struct file *file;

        if (!s)
                return ERR_PTR(-ENOMEM);
        s->device = d;
        s->total = total;
        mutex_init(&s->lock);
        file = anon_inode_getfile(VMT_NAME, ops, s, flags);
        if (IS_ERR(file)) {
                kvfree(s);
                return ERR_CAST(file);
        }
        stream_open(file->f_inode, file);
        s->file = file;
        return s;
}

/* From now on it gives and takes nothing. */
static void stream_end(struct vmt_stream **s) {
        if (!*s)
                return;
        mutex_lock(&(*s)->lock);
        (*s)->dead = true;
        mutex_unlock(&(*s)->lock);
        fput((*s)->file);
        *s = NULL;
}

/* --- states */

static struct file *start_saving(struct vmt_device *d) {
        struct vmt_stream *s = stream_new(d, &saving_ops, O_RDONLY);

        if (IS_ERR(s))
                return ERR_CAST(s);
        fill_header(d, (struct header *)s->data);
        memcpy(s->data + sizeof(struct header), d->registers, sizeof(d->registers));
        s->filled = s->total;
        d->saving = s;
        return get_file(s->file);
}

static struct file *start_resuming(struct vmt_device *d) {
        struct vmt_stream *s = stream_new(d, &resuming_ops, O_WRONLY);

        if (IS_ERR(s))
                return ERR_CAST(s);
        d->resuming = s;
        return get_file(s->file);
}

static int load(struct vmt_device *d) {
        struct vmt_stream *s = d->resuming;
        int r = -EINVAL;

        mutex_lock(&s->lock);
        if (!s->bad && s->filled == s->total) {
                memcpy(d->registers, s->data + sizeof(struct header), sizeof(d->registers));
                r = 0;
        }
        mutex_unlock(&s->lock);
        if (r == 0)
                stream_end(&d->resuming);
        return r;
}

/* One arc of those that vfio_mig_get_next_state() takes. */
static struct file *step(struct vmt_device *d, enum vfio_device_mig_state next) {
        if (next == VFIO_DEVICE_STATE_STOP_COPY)
                return start_saving(d);
        if (next == VFIO_DEVICE_STATE_RESUMING)
                return start_resuming(d);
        if (d->state == VFIO_DEVICE_STATE_RESUMING)
                return ERR_PTR(load(d)); /* NULL if it is 0 */
        if (d->state == VFIO_DEVICE_STATE_STOP_COPY)
                stream_end(&d->saving);
        return NULL;
}

static struct vmt_device *to_device(struct vfio_device *vdev) {
        return container_of(vdev, struct vmt_device, vdev);
}

static struct file *set_state(struct vfio_device *vdev, enum vfio_device_mig_state wanted) {
        struct vmt_device *d = to_device(vdev);
        struct file *file = NULL;

        mutex_lock(&d->lock);
        while (d->state != wanted) {
                enum vfio_device_mig_state next;
                int r = vfio_mig_get_next_state(vdev, d->state, wanted, &next);

                file = r ? ERR_PTR(r) : step(d, next);
                if (IS_ERR(file))
                        break;
                d->state = next;
        }
        mutex_unlock(&d->lock);
        return file;
}

static int get_state(struct vfio_device *vdev, enum vfio_device_mig_state *ret) {
        struct vmt_device *d = to_device(vdev);

        mutex_lock(&d->lock);
        *ret = d->state;
        mutex_unlock(&d->lock);
        return 0;
}

static int get_data_size(struct vfio_device *vdev, unsigned long *ret) {
        *ret = stream_total(to_device(vdev));
        return 0;
}

static const struct vfio_migration_ops migration_ops = {
        .migration_set_state = set_state,
        .migration_get_state = get_state,
        .migration_get_data_size = get_data_size,
};

/* There is no DMA, so that nothing is ever dirty. */
static int log_start(struct vfio_device *vdev, struct rb_root_cached *ranges, u32 n, u64 *page_size) {
        return 0;
}

static int log_stop(struct vfio_device *vdev) {
        return 0;
}

static int log_read(struct vfio_device *vdev, unsigned long iova, unsigned long n, struct iova_bitmap *dirty) {
        return 0;
}

static const struct vfio_log_ops log_ops = {
        .log_start = log_start,
        .log_stop = log_stop,
        .log_read_and_clear = log_read,
};

static void reset(struct vmt_device *d) {
        mutex_lock(&d->lock);
        stream_end(&d->saving);
        stream_end(&d->resuming);
        d->state = VFIO_DEVICE_STATE_RUNNING;
        mutex_unlock(&d->lock);
}

/* --- the device */

static int device_init(struct vfio_device *vdev) {
        struct vmt_device *d = to_device(vdev);
        int r;

        d->mdev = to_mdev_device(vdev->dev);
        d->type = container_of(d->mdev->type, struct vmt_type, type);
        r = vmt_type_take(d->type);
        if (r)
                return r;
        mutex_init(&d->lock);
        d->state = VFIO_DEVICE_STATE_RUNNING;
        *(__le16 *)&d->config[PCI_VENDOR_ID] = cpu_to_le16(PCI_VENDOR_ID_REDHAT);
        *(__le16 *)&d->config[PCI_DEVICE_ID] = cpu_to_le16(0x0005);
        d->config[PCI_CLASS_DEVICE + 1] = PCI_CLASS_OTHERS;
        vdev->migration_flags = VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P;
        vdev->mig_ops = &migration_ops;
        vdev->log_ops = &log_ops;
        return 0;
}

static void device_release(struct vfio_device *vdev) {
        struct vmt_device *d = to_device(vdev);

        mutex_destroy(&d->lock);
        vmt_type_give_back(d->type);
}

static void device_close(struct vfio_device *vdev) {
        reset(to_device(vdev));
}

static u64 region_size(unsigned int index) {
        return index == VFIO_PCI_CONFIG_REGION_INDEX ? 256 : index == VFIO_PCI_BAR0_REGION_INDEX ? VMT_REGISTERS : 0;
}

/* Where the bytes at that offset are, at most *n of them; NULL: nowhere. */
static u8 *find_bytes(struct vmt_device *d, loff_t offset, size_t *n) {
        u64 index = (u64)offset >> OFFSET_SHIFT, at = (u64)offset & (OFFSET_OF(1) - 1), size;

        size = index < VFIO_PCI_NUM_REGIONS ? region_size(index) : 0;
        if (at >= size)
                return NULL;
        *n = min_t(u64, *n, size - at);
        return (index == VFIO_PCI_CONFIG_REGION_INDEX ? d->config : d->registers) + at;
}

static ssize_t device_read(struct vfio_device *vdev, char __user *buf, size_t n, loff_t *pos) {
        struct vmt_device *d = to_device(vdev);
        u8 *bytes = find_bytes(d, *pos, &n);
        ssize_t r = -EINVAL;

        mutex_lock(&d->lock);
        if (bytes)
                r = copy_to_user(buf, bytes, n) ? -EFAULT : n;
        mutex_unlock(&d->lock);
        if (r > 0)
                *pos += r;
        return r;
}

static ssize_t device_write(struct vfio_device *vdev, const char __user *buf, size_t n, loff_t *pos) {
        struct vmt_device *d = to_device(vdev);
        u8 *bytes = find_bytes(d, *pos, &n);
        ssize_t r = -EINVAL;

        mutex_lock(&d->lock);
        if (bytes && bytes >= d->registers && bytes < d->registers + VMT_REGISTERS)
                r = copy_from_user(bytes, buf, n) ? -EFAULT : n;
        else if (bytes)
                r = n; /* nothing in configuration space can be changed */
        mutex_unlock(&d->lock);
        if (r > 0)
                *pos += r;
        return r;
}

static long get_info(void __user *arg) {
        struct vfio_device_info info;
        size_t size = offsetofend(struct vfio_device_info, num_irqs);

        if (copy_from_user(&info, arg, size))
                return -EFAULT;
        if (info.argsz < size)
                return -EINVAL;
        info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
        info.num_regions = VFIO_PCI_NUM_REGIONS;
        info.num_irqs = VFIO_PCI_NUM_IRQS;
        return copy_to_user(arg, &info, size) ? -EFAULT : 0;
}

static long get_region_info(void __user *arg) {
        struct vfio_region_info info;
        size_t size = offsetofend(struct vfio_region_info, offset);

        if (copy_from_user(&info, arg, size))
                return -EFAULT;
        if (info.argsz < size || info.index >= VFIO_PCI_NUM_REGIONS)
                return -EINVAL;
        info.size = region_size(info.index);
        info.offset = OFFSET_OF(info.index);
        info.flags = info.size ? VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE : 0;
        return copy_to_user(arg, &info, size) ? -EFAULT : 0;
}

static long get_irq_info(void __user *arg) {
        struct vfio_irq_info info;
        size_t size = offsetofend(struct vfio_irq_info, count);

        if (copy_from_user(&info, arg, size))
                return -EFAULT;
        if (info.argsz < size || info.index >= VFIO_PCI_NUM_IRQS)
                return -EINVAL;
        info.flags = 0;
        info.count = 0;
        return copy_to_user(arg, &info, size) ? -EFAULT : 0;
}

static long device_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg) {
        switch (cmd) {
        case VFIO_DEVICE_GET_INFO:
                return get_info((void __user *)arg);
        case VFIO_DEVICE_GET_REGION_INFO:
                return get_region_info((void __user *)arg);
        case VFIO_DEVICE_GET_IRQ_INFO:
                return get_irq_info((void __user *)arg);
        case VFIO_DEVICE_RESET:
                reset(to_device(vdev));
                return 0;
        default:
                return -ENOTTY;
        }
}

const struct vfio_device_ops vmt_device_ops = {
        .name = VMT_NAME,
        .init = device_init,
        .release = device_release,
        .close_device = device_close,
        .read = device_read,
        .write = device_write,
        .ioctl = device_ioctl,
        .bind_iommufd = vfio_iommufd_emulated_bind,
        .unbind_iommufd = vfio_iommufd_emulated_unbind,
        .attach_ioas = vfio_iommufd_emulated_attach_ioas,
        .detach_ioas = vfio_iommufd_emulated_detach_ioas,
};
