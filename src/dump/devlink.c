/*
 * Asks devlink in a child process, which is given up when it is silent, and strips the answers. Owns nothing.
 */
#include "dump/devlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/devlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "dump/redact.h"
#include "host/devlink.h"
#include "util/alloc.h"
#include "util/clock.h"

#define TIMEOUT_MSEC 2500
#define ANSWERS_MAX ((size_t)16 << 20)

/* What stays in, and what of that below it; an empty list below keeps the attribute as it is. */
struct kept {
        uint16_t type;
        const struct kept *below;
};

static const struct kept version[] = { { DEVLINK_ATTR_INFO_VERSION_NAME, NULL },
                                       { DEVLINK_ATTR_INFO_VERSION_VALUE, NULL },
                                       {} };
static const struct kept function[] = { { DEVLINK_PORT_FN_ATTR_STATE, NULL },
                                        { DEVLINK_PORT_FN_ATTR_OPSTATE, NULL },
                                        { DEVLINK_FUNCTION_ATTR_CAPS, NULL },
                                        {} };
static const struct kept message[] = {
        { DEVLINK_ATTR_BUS_NAME, NULL },
        { DEVLINK_ATTR_DEV_NAME, NULL },
        { DEVLINK_ATTR_INFO_DRIVER_NAME, NULL },
        { DEVLINK_ATTR_INFO_VERSION_FIXED, version },
        { DEVLINK_ATTR_INFO_VERSION_RUNNING, version },
        { DEVLINK_ATTR_INFO_VERSION_STORED, version },
        { DEVLINK_ATTR_PORT_INDEX, NULL },
        { DEVLINK_ATTR_PORT_TYPE, NULL },
        { DEVLINK_ATTR_PORT_NETDEV_NAME, NULL },
        { DEVLINK_ATTR_PORT_FLAVOUR, NULL },
        { DEVLINK_ATTR_PORT_NUMBER, NULL },
        { DEVLINK_ATTR_PORT_CONTROLLER_NUMBER, NULL },
        { DEVLINK_ATTR_PORT_PCI_PF_NUMBER, NULL },
        { DEVLINK_ATTR_PORT_PCI_VF_NUMBER, NULL },
        { DEVLINK_ATTR_PORT_EXTERNAL, NULL },
        { DEVLINK_ATTR_PORT_FUNCTION, function },
        {},
};

static const struct kept *find_kept(const struct kept *list, uint16_t type) {
        for (; list->type; list++)
                if (list->type == type)
                        return list;
        return NULL;
}

static void pad(struct text *t) {
        text_add_n(t, "\0\0\0", NLA_ALIGN(t->length) - t->length);
}

static const char *payload_of(const struct nlattr *a, size_t *ret_n) {
        *ret_n = a->nla_len - (size_t)NLA_HDRLEN;
        return (const char *)a + NLA_HDRLEN;
}

/* True if a version of that name tells one card from another. */
static bool is_private(const void *nest, size_t n) {
        const struct nlattr *a;
        size_t at = 0, length;

        while (devlink_attr_next(nest, n, &at, &a) > 0) {
                const char *name = payload_of(a, &length);
                _cleanup_free_ char *text = xstrndup(name, length);

                if ((a->nla_type & NLA_TYPE_MASK) == DEVLINK_ATTR_INFO_VERSION_NAME && redact_file(text) == REDACT_HIDE)
                        return true;
        }
        return false;
}

static int strip_attributes(const void *payload, size_t n, const struct kept *list, struct text *out) {
        const bool hides = list == version && is_private(payload, n);
        const struct nlattr *a;
        size_t at = 0;
        int r;

        while ((r = devlink_attr_next(payload, n, &at, &a)) > 0) {
                struct nlattr header = *a;
                const struct kept *k = find_kept(list, header.nla_type & NLA_TYPE_MASK);
                size_t length, start = out->length;
                const char *data = payload_of(a, &length);

                if (!k || (hides && k->type == DEVLINK_ATTR_INFO_VERSION_VALUE))
                        continue;
                text_add_n(out, (const char *)&header, sizeof(header));
                if (k->below)
                        r = strip_attributes(data, length, k->below, out);
                else {
                        text_add_n(out, data, length);
                        redact_text(out->data + start + sizeof(header), length);
                }
                if (r < 0)
                        return r;
                header.nla_len = (uint16_t)(out->length - start);
                memcpy(out->data + start, &header, sizeof(header));
                pad(out);
        }
        return r;
}

static void add_header(struct text *out, size_t length, uint16_t type, uint16_t flags) {
        struct nlmsghdr h = { .nlmsg_len = (uint32_t)length, .nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = 1 };

        text_add_n(out, (const char *)&h, sizeof(h));
}

static int strip_message(const struct nlmsghdr *m, struct text *out) {
        _cleanup_text_ struct text attributes = {};
        struct genlmsghdr g = { .version = DEVLINK_GENL_VERSION };
        size_t n;
        const void *payload = devlink_message_payload(m, &n, &g.cmd);
        int r = payload ? strip_attributes(payload, n, message, &attributes) : -EBADMSG;

        if (r < 0)
                return r;
        add_header(out, sizeof(struct nlmsghdr) + sizeof(g) + attributes.length, NLMSG_MIN_TYPE,
                   m->nlmsg_flags & NLM_F_MULTI);
        text_add_n(out, (const char *)&g, sizeof(g));
        if (attributes.length)
                text_add_n(out, attributes.data, attributes.length);
        return 0;
}

int devlink_strip(const void *answer, size_t n, struct text *ret) {
        struct devlink_walk w = { .data = answer, .n = n };
        _cleanup_text_ struct text out = {};
        const struct nlmsghdr *m;
        int32_t none = 0;
        bool multi = true;
        int r;

        while ((r = devlink_walk_next(&w, &m)) > 0) {
                multi = m->nlmsg_flags & NLM_F_MULTI;
                r = strip_message(m, &out);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        if (multi) {
                add_header(&out, sizeof(struct nlmsghdr) + sizeof(none), NLMSG_DONE, NLM_F_MULTI);
                text_add_n(&out, (const char *)&none, sizeof(none));
        }
        *ret = out;
        out = (struct text){};
        return 0;
}

/* What the child says of each question. */
struct answered {
        int32_t error;
        uint32_t length;
};

static void write_all(int fd, const void *data, size_t n) {
        for (const char *p = data; n > 0;) {
                ssize_t k = write(fd, p, n);

                if (k < 0)
                        _exit(1);
                p += k;
                n -= (size_t)k;
        }
}

static _Noreturn void ask(int fd, const char *root, const char *instance) {
        int errors[_DEVLINK_QUESTION_MAX];
        struct text answers[_DEVLINK_QUESTION_MAX];
        struct sysfs s;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (sysfs_init(&s, str_equal(root, "/") ? NULL : root) < 0)
                _exit(1);
        devlink_ask(&s, instance, _DEVLINK_QUESTION_MAX, errors, answers);
        for (size_t i = 0; i < _DEVLINK_QUESTION_MAX; i++) {
                struct answered a = { .error = errors[i], .length = errors[i] < 0 ? 0 : (uint32_t)answers[i].length };

                write_all(fd, &a, sizeof(a));
                write_all(fd, answers[i].data, a.length);
        }
        _exit(0);
}

/* All that the child says, or an errno. */
static int listen_to(int fd, struct text *said) {
        uint64_t end = usec_now(CLOCK_MONOTONIC) + TIMEOUT_MSEC * 1000;
        static char buffer[65536];

        for (;;) {
                struct pollfd p = { .fd = fd, .events = POLLIN };
                int left = msec_left(end), r = left > 0 ? poll(&p, 1, left) : 0;
                ssize_t n;

                if (r < 0 && errno == EINTR)
                        continue;
                if (r <= 0)
                        return r < 0 ? -errno : -ETIMEDOUT;
                n = read(fd, buffer, sizeof(buffer));
                if (n <= 0)
                        return n < 0 ? -errno : 0;
                text_add_n(said, buffer, (size_t)n);
                if (said->length > ANSWERS_MAX)
                        return -E2BIG;
        }
}

static int ask_patiently(const char *root, const char *instance, struct text *said) {
        int fds[2], r;
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        fflush(NULL);
        pid = fork();
        if (pid == 0) {
                close(fds[0]);
                ask(fds[1], root, instance);
        }
        r = pid < 0 ? -errno : 0;
        close(fds[1]);
        if (r >= 0)
                r = listen_to(fds[0], said);
        close(fds[0]);
        if (pid > 0) {
                kill(pid, SIGKILL);
                waitpid(pid, NULL, r < 0 ? WNOHANG : 0); /* one that hangs in the kernel is not waited for: init will */
        }
        return r;
}

static void copy_answer(struct copy *c, const char *path, int error, const char *answer, size_t n) {
        _cleanup_free_ char *aligned = n ? xmemdup(answer, n) : NULL;
        _cleanup_text_ struct text stripped = {};
        int r = error < 0 ? error : devlink_strip(aligned, n, &stripped);

        if (r >= 0)
                copy_text(c, path, stripped.data, stripped.length);
        else if (r != -ENODEV && r != -EOPNOTSUPP)
                copy_unread(c, path, strerror(-r));
}

void devlink_copy(struct copy *c, const char *root, const char *name) {
        _cleanup_free_ char *instance = xasprintf("pci/%s", name);
        _cleanup_text_ struct text said = {};
        int r = ask_patiently(root, instance, &said);
        size_t at = 0;

        for (size_t i = 0; i < _DEVLINK_QUESTION_MAX; i++) {
                _cleanup_free_ char *path = devlink_recording(instance, (enum devlink_question)i);
                struct answered a = { .error = r < 0 ? r : -EIO };

                if (r >= 0 && said.length - at >= sizeof(a)) {
                        memcpy(&a, said.data + at, sizeof(a));
                        at += sizeof(a);
                        if (a.length > said.length - at)
                                a = (struct answered){ .error = -EIO };
                }
                copy_answer(c, path, a.error, said.data + at, a.length);
                at += a.length;
        }
}
