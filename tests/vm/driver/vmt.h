/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio_mig_test: mediated devices that do nothing but migrate, and say what they are in every layout that was ever
 * proposed. For the test machine only; never installed.
 *
 *   main.c    parents, mdev types, capacity, the file `control`
 *   layouts.c which files each type and its devices have
 *   files.c   those files: values, and what can go wrong with them on demand
 *   device.c  the VFIO device and its migration
 */
#pragma once

#include <linux/kobject.h>
#include <linux/mdev.h>
#include <linux/vfio.h>

#define VMT_NAME "vfio_mig_test"
#define VMT_FILES 16 /* of one type or device, at most */
#define VMT_DIRS 4

/* --- layouts */

struct vmt_file_def {
        const char *path;  /* below D or T: "migration/params/rss" */
        umode_t mode;      /* 0: 0444 */
        const char *value; /* at first; "%T": the type's name in sysfs */
};

struct vmt_layout {
        const char *name; /* of the mdev type */
        unsigned int units;
        bool shared; /* takes from what the parent has for all such types; else the type has its own */
        struct vmt_file_def type_files[VMT_FILES];
        struct vmt_file_def device_files[VMT_FILES];
};

extern const struct vmt_layout vmt_layouts[];
extern const unsigned int vmt_n_layouts;

/* --- files */

/* The core's attributes of an mdev type have this form, which is private to it. */
struct vmt_type_attribute {
        struct attribute attr;
        ssize_t (*show)(struct mdev_type *type, struct vmt_type_attribute *attr, char *buf);
        ssize_t (*store)(struct mdev_type *type, struct vmt_type_attribute *attr, const char *buf, size_t n);
};

/* What an access does besides: on demand, by `control`. */
struct vmt_trouble {
        int error;             /* then fails with that */
        unsigned int sleep_ms; /* first sleeps; `wake` and removal end it */
        bool hang;             /* uninterruptibly: not even SIGKILL ends it */
};

struct vmt_file {
        union {
                struct attribute attr;
                struct device_attribute device;
                struct vmt_type_attribute type;
                struct kobj_attribute kobj;
        };
        const struct vmt_file_def *def;
        struct vmt_files *files; /* that it is one of */
        struct kobject *dir;     /* that it is in; NULL: not created */
        char *value;             /* with the newline that ends it */
        size_t length;
        struct vmt_trouble read, write;
};

/* All files of a type or a device. */
struct vmt_files {
        struct kobject *root;
        const char *type_name;
        bool of_type;
        bool gone; /* no access sleeps any more */
        struct vmt_file file[VMT_FILES];
        unsigned int n;
        struct {
                char *path;
                struct kobject *kobj;
        } dir[VMT_DIRS];
        unsigned int n_dirs;
};

int vmt_files_create(struct vmt_files *f, struct kobject *root, struct mdev_type *type, bool of_type,
                     const struct vmt_file_def *defs);
void vmt_files_remove(struct vmt_files *f);
/* "PATH VERB [ARGUMENT]" */
int vmt_files_control(struct vmt_files *f, char *command);
void vmt_files_wake(void);

/* --- parents and types */

struct vmt_parent;

struct vmt_type {
        struct mdev_type type;
        const struct vmt_layout *layout;
        struct vmt_parent *parent;
        atomic_t left; /* instances, if not shared */
        struct vmt_files files;
};

/* 0, or -ENOSPC */
int vmt_type_take(struct vmt_type *type);
void vmt_type_give_back(struct vmt_type *type);

/* --- devices */

struct vmt_device;

struct vmt_stream;

#define VMT_REGISTERS 256 /* bytes of memory in BAR 0: the state that migrates */

struct vmt_device {
        struct vfio_device vdev;
        struct mdev_device *mdev;
        struct vmt_type *type;
        struct vmt_files files;
        struct list_head list; /* of all devices; main.c's */
        u8 config[256];
        u8 registers[VMT_REGISTERS];
        struct mutex lock; /* of what follows, and of registers */
        enum vfio_device_mig_state state;
        struct vmt_stream *saving, *resuming;
};

extern const struct vfio_device_ops vmt_device_ops;
