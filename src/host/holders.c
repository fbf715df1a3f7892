/*
 * Who holds which VFIO device. Owns the list of device numbers while it walks.
 *
 * Looks at links in proc and at what they lead to with statx(), which opens nothing and asks no server. Never compares
 * paths, as whoever holds a device may have a mount namespace of its own.
 */
#include "host/holders.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "host/attribute.h"
#include "util/alloc.h"

#define DEVICE_LINK "anon_inode:[vfio-device]"
#define SYSPATH "vfio-device-syspath:"
#define FDINFO_MAX 65536
/* The first PID namespace's number, which is fixed (PROC_PID_INIT_INO). */
#define FIRST_PID_NAMESPACE "pid:[4026531836]"

/* Processes that appear are looked at until there are no more; who appears faster than that is not known. */
#define ROUNDS_MAX 16

struct node {
        unsigned major, minor;
        char *name; /* in the class: "12", "vfio0" */
        bool cdev;
        pid_t holder; /* the last one found */
};

/* Of a process: a device that is open, where the kernel does not say which it is. */
struct nameless {
        pid_t task;
        unsigned long fd;
};

struct walk {
        const struct sysfs *sysfs;
        struct inuse *found;
        struct node *nodes;
        size_t n_nodes;
        bool saw_init;
        /* Of one process: */
        pid_t pid;
        struct nameless *nameless;
        size_t n_nameless;
        size_t n_nameable; /* devices of the groups that it has open */
};

static bool is_gone(int r) {
        return r == -ENOENT || r == -ESRCH;
}

static void read_class(struct walk *w, const char *class, bool cdev) {
        _cleanup_names_ struct names names = {};
        int r = sysfs_list(w->sysfs, class, &names);

        if (r < 0 && r != -ENOENT)
                w->found->complete = false;
        for (size_t i = 0; i < names.n; i++) {
                _cleanup_free_ char *path = xasprintf("%s/%s/dev", class, names.v[i]);
                _cleanup_attribute_ struct attribute a = attribute_read_path(w->sysfs, path);
                struct node node = { .cdev = cdev };

                if (a.value && sscanf(a.value, "%9u:%9u", &node.major, &node.minor) == 2) {
                        node.name = xstrdup(names.v[i]);
                        array_append(w->nodes, w->n_nodes, node);
                } else if (a.error != ENOENT || !cdev) /* a kernel can be without device nodes, never without groups' */
                        w->found->complete = false;
        }
}

/* The group of a device, by its directory; which it takes with it. */
static void add_group(struct walk *w, const char *device) {
        _cleanup_free_ char *link = join(device, "/", "iommu_group"), *target = NULL;
        int r = sysfs_readlink_path(w->sysfs, link, &target);

        if (r >= 0 && name_valid(path_name(target)))
                names_add(&w->found->open, path_name(target));
        else if (!is_gone(r))
                w->found->complete = false;
}

static void add_device(struct walk *w, const char *name) {
        _cleanup_free_ char *open = join("devices/", "", name);

        names_add(&w->found->open, open);
}

static size_t count_members(const struct walk *w, const char *group) {
        static const char prefix[] = "noiommu-";
        const char *number = str_startswith(group, prefix) ? group + strlen(prefix) : group;
        _cleanup_free_ char *path = xasprintf("sys/kernel/iommu_groups/%s/devices", number);
        _cleanup_names_ struct names names = {};

        return sysfs_list(w->sysfs, path, &names) < 0 ? 0 : names.n;
}

/* Once for each process is enough. */
static void add_node(struct walk *w, struct node *node) {
        if (node->holder == w->pid)
                return;
        node->holder = w->pid;
        if (node->cdev) {
                _cleanup_free_ char *device = xasprintf("sys/class/vfio-dev/%s/device", node->name);

                add_device(w, node->name);
                add_group(w, device);
        } else {
                names_add(&w->found->open, node->name);
                w->n_nameable += count_members(w, node->name);
        }
}

/* The same open file twice is one device. */
static void add_nameless(struct walk *w, pid_t task, const char *fd) {
        struct nameless n = { .task = task, .fd = strtoul(fd, NULL, 10) };

        for (size_t i = 0; i < w->n_nameless; i++)
                if (syscall(SYS_kcmp, task, w->nameless[i].task, KCMP_FILE, n.fd, w->nameless[i].fd) == 0)
                        return;
        array_append(w->nameless, w->n_nameless, n);
}

/* Where the kernel says which device it is (6.18). */
static bool add_syspath(struct walk *w, const char *path) {
        _cleanup_free_ char *entries = NULL;
        _cleanup_names_ struct names names = {};
        int r;

        if (!str_startswith(path, "/sys/devices/") || !name_path_valid(path + 1))
                return false;
        entries = join(path + 1, "/", "vfio-dev");
        r = sysfs_list(w->sysfs, entries, &names);
        if (r < 0 && !is_gone(r)) /* what is gone has been unplugged, and waits for its holder */
                return false;
        for (size_t i = 0; i < names.n; i++)
                add_device(w, names.v[i]);
        add_group(w, path + 1);
        return true;
}

/* task: "proc/<pid>" or "proc/<pid>/task/<tid>" */
static int read_fdinfo(const struct walk *w, const char *task, const char *fd, char **ret_info) {
        _cleanup_free_ char *path = xasprintf("%s/fdinfo/%s", task, fd);

        return file_read(w->sysfs, path, FDINFO_MAX, ret_info, NULL);
}

static void look_at_device(struct walk *w, const char *task, const char *fd) {
        _cleanup_free_ char *info = NULL;
        char *line;
        int r = read_fdinfo(w, task, fd, &info);

        if (is_gone(r))
                return;
        line = r < 0 ? NULL : strstr(info, SYSPATH);
        if (line) {
                line += strlen(SYSPATH);
                line += strspn(line, " \t");
                line[strcspn(line, "\n")] = '\0';
        }
        if (!line || !add_syspath(w, line))
                add_nameless(w, (pid_t)atoi(path_name(task)), fd);
}

/* Anybody can do that to any node, and holds nothing by it. */
static bool is_only_a_path(const struct walk *w, const char *task, const char *fd) {
        static const char key[] = "flags:";
        _cleanup_free_ char *info = NULL;
        const char *line = read_fdinfo(w, task, fd, &info) < 0 ? NULL : strstr(info, key);

        return line && (strtoul(line + strlen(key), NULL, 8) & O_PATH);
}

static void look_at_number(struct walk *w, const char *task, int dir_fd, const char *fd) {
        struct statx st;

        if (statx(dir_fd, fd, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE, &st) < 0) {
                if (!is_gone(-errno))
                        w->found->complete = false;
                return;
        }
        for (size_t i = 0; S_ISCHR(st.stx_mode) && i < w->n_nodes; i++)
                if (w->nodes[i].major == st.stx_rdev_major && w->nodes[i].minor == st.stx_rdev_minor &&
                    !is_only_a_path(w, task, fd))
                        add_node(w, &w->nodes[i]);
}

/* The open files of a task: 0, or why they could not be looked at. One that is gone has none. */
static int look_at_files(struct walk *w, const char *task) {
        _cleanup_free_ char *path = join(task, "/", "fd");
        _cleanup_close_ int dir_fd = sysfs_open(w->sysfs, path, O_RDONLY | O_DIRECTORY);
        _cleanup_names_ struct names fds = {};
        int r = dir_fd < 0 ? dir_fd : names_read(dir_fd, &fds);

        if (r < 0)
                return is_gone(r) ? 0 : r;
        for (size_t i = 0; i < fds.n; i++) {
                char target[PATH_MAX];
                ssize_t n = readlinkat(dir_fd, fds.v[i], target, sizeof(target) - 1);

                if (n < 0 && !is_gone(-errno) && errno != ENAMETOOLONG)
                        return -errno;
                if (n == (ssize_t)strlen(DEVICE_LINK) && memcmp(target, DEVICE_LINK, (size_t)n) == 0)
                        look_at_device(w, task, fds.v[i]);
                else if (n < 0 ? errno == ENAMETOOLONG : target[0] == '/') /* only paths lead to device nodes */
                        look_at_number(w, task, dir_fd, fds.v[i]);
        }
        return 0;
}

/* Threads share their files, but need not: unshare(CLONE_FILES), and the others' are left where the first has ended. */
static int look_at_threads(struct walk *w, const char *process, pid_t pid) {
        _cleanup_free_ char *dir = join(process, "/", "task");
        _cleanup_names_ struct names tasks = {};
        int r = sysfs_list(w->sysfs, dir, &tasks);

        for (size_t i = 0; i < tasks.n && r >= 0; i++) {
                _cleanup_free_ char *task = join(dir, "/", tasks.v[i]);
                pid_t tid = (pid_t)atoi(tasks.v[i]);

                if (tid != pid && syscall(SYS_kcmp, pid, tid, KCMP_FILES, 0, 0) != 0)
                        r = look_at_files(w, task);
        }
        return is_gone(r) ? 0 : r;
}

static void look_at_process(struct walk *w, const char *name) {
        _cleanup_free_ char *process = join("proc/", "", name);
        int r;

        w->pid = (pid_t)atoi(name);
        w->n_nameable = 0;
        r = look_at_files(w, process);
        if (r >= 0)
                r = look_at_threads(w, process, w->pid);
        if (r < 0)
                w->found->complete = false;
        else if (w->pid == 1)
                w->saw_init = true;
        /*
         * Who has devices open by their groups has the groups open too, so that their names are there already. What is
         * more than those can be has come from somebody else, who need not have its group open any more.
         */
        if (w->n_nameless > w->n_nameable)
                w->found->complete = false;
        free(take_ptr(w->nameless));
        w->n_nameless = 0;
}

/* Looks at those processes that were not there before; how many that are. */
static size_t look_at_new(struct walk *w, struct names *known) {
        struct names proc = {};
        size_t n = 0;

        if (sysfs_list(w->sysfs, "proc", &proc) < 0)
                w->found->complete = false;
        names_sort(&proc);
        for (size_t i = 0; i < proc.n; i++)
                if (strspn(proc.v[i], "0123456789") == strlen(proc.v[i]) && !names_find(known, proc.v[i])) {
                        look_at_process(w, proc.v[i]);
                        n++;
                }
        names_done(known);
        *known = proc;
        return n;
}

/*
 * All of them: who was not there yet may have it from one that had gone before it was looked at. Complete only where
 * nobody is new in the end.
 */
static void look_at_all(struct walk *w) {
        _cleanup_names_ struct names known = {};

        for (unsigned i = 0; i < ROUNDS_MAX; i++)
                if (look_at_new(w, &known) == 0)
                        return;
        w->found->complete = false;
}

static bool is_procfs(const struct sysfs *s) {
        _cleanup_close_ int fd = sysfs_open(s, "proc", O_PATH | O_DIRECTORY);
        struct statfs fs;

        return fd >= 0 && fstatfs(fd, &fs) >= 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* Whether all processes of the machine are in proc: hidepid= would hide PID 1 first. */
static bool sees_all(const struct walk *w) {
        _cleanup_free_ char *namespace = NULL, *self = NULL, *pid = xasprintf("%d", (int)getpid());

        return w->saw_init && sysfs_readlink_path(w->sysfs, "proc/self", &self) >= 0 && str_equal(self, pid) &&
               sysfs_readlink_path(w->sysfs, "proc/self/ns/pid", &namespace) >= 0 &&
               str_equal(namespace, FIRST_PID_NAMESPACE);
}

void holders_read(const struct sysfs *s, struct inuse *ret) {
        struct walk w = { .sysfs = s, .found = ret };

        if (s->fake && !is_procfs(s)) {
                inuse_read(s, ret);
                return;
        }
        *ret = (struct inuse){ .complete = true };
        read_class(&w, "sys/class/vfio", false);
        read_class(&w, "sys/class/vfio-dev", true);
        look_at_all(&w);
        if (!sees_all(&w))
                ret->complete = false;
        names_sort(&ret->open);
        for (size_t i = 0; i < w.n_nodes; i++)
                free(w.nodes[i].name);
        free(w.nodes);
}

void holders_format(const struct inuse *u, struct text *t) {
        for (size_t i = 0; i < u->open.n; i++)
                text_addf(t, "%s\n", u->open.v[i]);
        text_add(t, u->complete ? "complete\n" : "incomplete\n");
}

int holders_parse(const char *field, size_t n, struct inuse *ret) {
        struct inuse u = {};
        const char *end = field + n;
        bool last = false;

        while (field < end && !last) {
                const char *newline = memchr(field, '\n', (size_t)(end - field));
                _cleanup_free_ char *line = newline ? xstrndup(field, (size_t)(newline - field)) : NULL;

                if (!line || strlen(line) != (size_t)(newline - field) || !name_path_valid(line))
                        break;
                u.complete = strcmp(line, "complete") == 0;
                last = u.complete || strcmp(line, "incomplete") == 0;
                if (!last)
                        names_add(&u.open, line);
                field = newline + 1;
        }
        if (!last || field != end) {
                inuse_done(&u);
                return -EPROTO;
        }
        names_sort(&u.open);
        *ret = u;
        return 0;
}
