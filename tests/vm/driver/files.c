// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of types and devices. A file of the name migration_version takes what is written to it as a question, and
 * answers it; others take it as their value.
 */
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/wait.h>

#include "vmt.h"

static DEFINE_MUTEX(lock); /* of values and troubles; never held while sleeping on demand */
static DECLARE_WAIT_QUEUE_HEAD(sleepers);
static atomic_t wakes = ATOMIC_INIT(0);

static unsigned int asked;
module_param(asked, uint, 0444);
MODULE_PARM_DESC(asked, "how often anything was written to a migration_version");

void vmt_files_wake(void) {
        atomic_inc(&wakes);
        wake_up_all(&sleepers);
}

static int suffer(const struct vmt_files *f, const struct vmt_trouble *t) {
        unsigned long jiffies_left = msecs_to_jiffies(t->sleep_ms);
        int before = atomic_read(&wakes);

        if (t->sleep_ms && t->hang)
                wait_event_timeout(sleepers, READ_ONCE(f->gone) || atomic_read(&wakes) != before, jiffies_left);
        else if (t->sleep_ms &&
                 wait_event_interruptible_timeout(sleepers, READ_ONCE(f->gone) || atomic_read(&wakes) != before,
                                                  jiffies_left) < 0)
                return -EINTR;
        return -t->error;
}

/* "vendor-type-major.minor"; the type may have dashes. */
struct version {
        size_t vendor, type; /* lengths of "vendor" and of "vendor-type" */
        unsigned int major, minor;
};

static int parse_version(const char *s, struct version *ret) {
        const char *dash = strchr(s, '-'), *last = strrchr(s, '-');
        char end;

        if (!dash || dash == s || last <= dash + 1 || strlen(s) >= PAGE_SIZE - 1 ||
            sscanf(last + 1, "%u.%u%c", &ret->major, &ret->minor, &end) != 2)
                return -EINVAL;
        ret->vendor = dash - s;
        ret->type = last - s;
        return 0;
}

/* What a driver that knows its older states would say: its own vendor's, of the same type, not newer. */
static int judge_version(const char *own, const char *other) {
        struct version o, v;

        if (parse_version(own, &o) < 0)
                return -EIO;
        if (parse_version(other, &v) < 0)
                return -EINVAL;
        if (v.vendor != o.vendor || memcmp(own, other, o.vendor) != 0)
                return -ENODEV;
        if (v.type != o.type || memcmp(own, other, o.type) != 0)
                return -EINVAL;
        return v.major == o.major && v.minor <= o.minor ? 0 : -EINVAL;
}

static ssize_t file_show(struct vmt_file *file, char *buf) {
        struct vmt_trouble t;
        ssize_t n;
        int r;

        mutex_lock(&lock);
        t = file->read;
        mutex_unlock(&lock);
        r = suffer(file->files, &t);
        if (r)
                return r;
        mutex_lock(&lock);
        n = file->length;
        memcpy(buf, file->value, n);
        mutex_unlock(&lock);
        return n;
}

/* Takes value; the newline that ends it in sysfs is added. */
static void set_value(struct vmt_file *file, char *value, size_t length) {
        mutex_lock(&lock);
        kfree(file->value);
        file->value = value;
        file->length = length;
        mutex_unlock(&lock);
}

static char *with_newline(const char *s, size_t n) {
        char *r = kmalloc(n + 2, GFP_KERNEL);

        if (!r)
                return NULL;
        memcpy(r, s, n);
        memcpy(r + n, "\n", 2);
        return r;
}

static bool is_question(const struct vmt_file *file) {
        return strcmp(file->attr.name, "migration_version") == 0;
}

static ssize_t file_store(struct vmt_file *file, const char *buf, size_t n) {
        size_t length = n && buf[n - 1] == '\n' ? n - 1 : n;
        char *own = NULL, *value = with_newline(buf, length);
        struct vmt_trouble t;
        int r;

        if (!value)
                return -ENOMEM;
        mutex_lock(&lock);
        t = file->write;
        asked += is_question(file);
        mutex_unlock(&lock);
        r = suffer(file->files, &t);
        if (r) {
                kfree(value);
                return r;
        }
        if (!is_question(file)) {
                if (length > PAGE_SIZE - 2) {
                        kfree(value);
                        return -E2BIG;
                }
                set_value(file, value, length + 1);
                return n;
        }
        value[length] = '\0';
        mutex_lock(&lock);
        own = kstrndup(file->value, file->length, GFP_KERNEL);
        mutex_unlock(&lock);
        if (own)
                own[strcspn(own, "\n")] = '\0';
        r = own ? judge_version(own, value) : -ENOMEM;
        kfree(own);
        kfree(value);
        return r ? r : n;
}

/* --- the three forms of attributes: which one depends on where the file is */

static ssize_t device_show(struct device *dev, struct device_attribute *attr, char *buf) {
        return file_show(container_of(attr, struct vmt_file, device), buf);
}

static ssize_t device_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n) {
        return file_store(container_of(attr, struct vmt_file, device), buf, n);
}

static ssize_t type_show(struct mdev_type *type, struct vmt_type_attribute *attr, char *buf) {
        return file_show(container_of(attr, struct vmt_file, type), buf);
}

static ssize_t type_store(struct mdev_type *type, struct vmt_type_attribute *attr, const char *buf, size_t n) {
        return file_store(container_of(attr, struct vmt_file, type), buf, n);
}

static ssize_t below_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf) {
        return file_show(container_of(attr, struct vmt_file, kobj), buf);
}

static ssize_t below_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf, size_t n) {
        return file_store(container_of(attr, struct vmt_file, kobj), buf, n);
}

/* The directory of that path, made if need be; NULL if that cannot be. */
static struct kobject *make_dir(struct vmt_files *f, const char *path, size_t n) {
        struct kobject *parent = f->root;
        size_t slash = n;

        if (n == 0)
                return f->root;
        for (unsigned int i = 0; i < f->n_dirs; i++)
                if (strlen(f->dir[i].path) == n && memcmp(f->dir[i].path, path, n) == 0)
                        return f->dir[i].kobj;
        while (slash > 0 && path[slash - 1] != '/')
                slash--;
        if (slash > 0)
                parent = make_dir(f, path, slash - 1);
        if (!parent || f->n_dirs == VMT_DIRS)
                return NULL;
        f->dir[f->n_dirs].path = kstrndup(path, n, GFP_KERNEL);
        if (!f->dir[f->n_dirs].path)
                return NULL;
        f->dir[f->n_dirs].kobj = kobject_create_and_add(f->dir[f->n_dirs].path + slash, parent);
        if (!f->dir[f->n_dirs].kobj) {
                kfree(f->dir[f->n_dirs].path);
                return NULL;
        }
        return f->dir[f->n_dirs++].kobj;
}

/* The value that it begins with, "%T" replaced by the type's name. */
static char *first_value(const struct vmt_files *f, const struct vmt_file_def *def) {
        const char *percent = strstr(def->value, "%T");

        if (!percent)
                return kasprintf(GFP_KERNEL, "%s\n", def->value);
        return kasprintf(GFP_KERNEL, "%.*s%s%s\n", (int)(percent - def->value), def->value, f->type_name, percent + 2);
}

static int reset_file(struct vmt_file *file) {
        char *value = first_value(file->files, file->def);

        if (!value)
                return -ENOMEM;
        set_value(file, value, strlen(value));
        mutex_lock(&lock);
        memset(&file->read, 0, sizeof(file->read));
        memset(&file->write, 0, sizeof(file->write));
        mutex_unlock(&lock);
        return 0;
}

static int create_file(struct vmt_files *f, const struct vmt_file_def *def) {
        struct vmt_file *file = &f->file[f->n];
        const char *slash = strrchr(def->path, '/');
        struct kobject *dir = make_dir(f, def->path, slash ? slash - def->path : 0);
        int r;

        if (!dir)
                return -ENOMEM;
        file->def = def;
        file->files = f;
        r = reset_file(file);
        if (r)
                return r;
        sysfs_attr_init(&file->attr);
        file->attr.name = slash ? slash + 1 : def->path;
        file->attr.mode = def->mode ? def->mode : 0444;
        if (dir != f->root) {
                file->kobj.show = below_show;
                file->kobj.store = below_store;
        } else if (f->of_type) {
                file->type.show = type_show;
                file->type.store = type_store;
        } else {
                file->device.show = device_show;
                file->device.store = device_store;
        }
        r = sysfs_create_file(dir, &file->attr);
        if (r)
                return r;
        file->dir = dir;
        return 0;
}

int vmt_files_create(struct vmt_files *f, struct kobject *root, struct mdev_type *type, bool of_type,
                     const struct vmt_file_def *defs) {
        int r = 0;

        f->root = root;
        f->type_name = kobject_name(&type->kobj);
        f->of_type = of_type;
        for (; f->n < VMT_FILES && defs[f->n].path && r == 0; f->n++)
                r = create_file(f, &defs[f->n]);
        if (r)
                vmt_files_remove(f);
        return r;
}

void vmt_files_remove(struct vmt_files *f) {
        WRITE_ONCE(f->gone, true);
        wake_up_all(&sleepers);
        for (unsigned int i = 0; i < f->n; i++) {
                if (f->file[i].dir)
                        sysfs_remove_file(f->file[i].dir, &f->file[i].attr);
                f->file[i].dir = NULL;
                kfree(f->file[i].value);
                f->file[i].value = NULL;
        }
        f->n = 0;
        while (f->n_dirs > 0) {
                kobject_put(f->dir[--f->n_dirs].kobj);
                kfree(f->dir[f->n_dirs].path);
        }
}

/* --- control */

static int set_text(struct vmt_file *file, char *text) {
        size_t n = string_unescape_any_inplace(text);
        char *value = n <= PAGE_SIZE - 2 ? with_newline(text, n) : NULL;

        if (!value)
                return -ENOMEM;
        set_value(file, value, n + 1);
        return 0;
}

/* That many bytes in all, at most what sysfs can give, and no newline. */
static int set_fill(struct vmt_file *file, unsigned int n) {
        char *value;

        if (n >= PAGE_SIZE)
                return -E2BIG;
        value = kmalloc(n + 1, GFP_KERNEL);
        if (!value)
                return -ENOMEM;
        memset(value, 'x', n);
        set_value(file, value, n);
        return 0;
}

static int set_trouble(struct vmt_file *file, const char *verb, unsigned int number) {
        bool write = strncmp(verb, "write-", 6) == 0;
        struct vmt_trouble *t = write ? &file->write : &file->read;
        const char *kind = write ? verb + 6 : verb;
        int r = 0;

        mutex_lock(&lock);
        if (strcmp(kind, "fail") == 0 && number < MAX_ERRNO)
                t->error = number;
        else if (strcmp(kind, "sleep") == 0 || strcmp(kind, "hang") == 0) {
                t->sleep_ms = number;
                t->hang = kind[0] == 'h';
        } else
                r = -EINVAL;
        mutex_unlock(&lock);
        return r;
}

static struct vmt_file *find(struct vmt_files *f, const char *path) {
        for (unsigned int i = 0; i < f->n; i++)
                if (strcmp(f->file[i].def->path, path) == 0)
                        return &f->file[i];
        return NULL;
}

int vmt_files_control(struct vmt_files *f, char *command) {
        char *path = strsep(&command, " "), *verb = strsep(&command, " ");
        struct vmt_file *file = find(f, path);
        unsigned int number;

        if (!file)
                return -ENOENT;
        if (!verb)
                return -EINVAL;
        if (strcmp(verb, "value") == 0)
                return set_text(file, command ? command : "");
        if (strcmp(verb, "reset") == 0)
                return reset_file(file);
        if (!command || kstrtouint(command, 10, &number) < 0)
                return -EINVAL;
        return strcmp(verb, "fill") == 0 ? set_fill(file, number) : set_trouble(file, verb, number);
}
