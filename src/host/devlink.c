/*
 * Asks the kernel's devlink, or what was recorded of it. Owns a socket while it asks.
 */
#include "host/devlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/devlink.h>
#include <sys/socket.h>
#include <time.h>

#include "host/attribute.h"
#include "util/alloc.h"
#include "util/clock.h"

#define DEADLINE_USEC 700000u
#define ANSWER_MAX ((size_t)4 << 20)
#define DATAGRAM_MAX 65536u
#define TRIES 3u /* of a dump that does not fit together, as something changed meanwhile */
#define SEQUENCE 1u

struct link {
        struct mnl_socket *socket;
        uint64_t deadline;
        uint16_t family;
        char *datagram;
};

static void link_close(struct link *l) {
        if (l->socket)
                mnl_socket_close(l->socket);
        free(l->datagram);
}

/* One datagram of the kernel's; what others send is dropped. */
static ssize_t receive(struct link *l) {
        for (;;) {
                struct sockaddr_nl from = {};
                struct iovec iov = { .iov_base = l->datagram, .iov_len = DATAGRAM_MAX };
                struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1 };
                uint64_t now = usec_now(CLOCK_MONOTONIC), left = l->deadline > now ? l->deadline - now : 0;
                struct timeval t = { .tv_sec = (time_t)(left / 1000000), .tv_usec = (suseconds_t)(left % 1000000) };
                ssize_t n;

                if (left == 0)
                        return -ETIMEDOUT;
                if (setsockopt(mnl_socket_get_fd(l->socket), SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)) < 0)
                        return -errno;
                n = recvmsg(mnl_socket_get_fd(l->socket), &m, 0);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return errno == EAGAIN || errno == EWOULDBLOCK ? -ETIMEDOUT : -errno;
                if (m.msg_namelen != sizeof(from) || from.nl_pid != 0)
                        continue;
                return m.msg_flags & MSG_TRUNC ? -EMSGSIZE : n;
        }
}

static int exchange(struct link *l, const struct nlmsghdr *request, struct text *answer) {
        answer->length = 0;
        if (mnl_socket_sendto(l->socket, request, request->nlmsg_len) < 0)
                return -errno;
        for (;;) {
                ssize_t n = receive(l);

                if (n < 0)
                        return (int)n;
                text_add_n(answer, "\0\0\0", NLMSG_ALIGN(answer->length) - answer->length);
                text_add_n(answer, l->datagram, (size_t)n);
                if (answer->length > ANSWER_MAX)
                        return -E2BIG;
                if (devlink_answer_ends(l->datagram, (size_t)n))
                        return 0;
        }
}

static struct nlmsghdr *request_new(void *buffer, uint16_t type, uint8_t command, uint8_t version, bool dump) {
        struct nlmsghdr *m = mnl_nlmsg_put_header(buffer);
        struct genlmsghdr *g;

        m->nlmsg_type = type;
        m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (dump ? NLM_F_DUMP : 0));
        m->nlmsg_seq = SEQUENCE;
        g = mnl_nlmsg_put_extra_header(m, sizeof(*g));
        g->cmd = command;
        g->version = version;
        return m;
}

/* The number that this kernel gave the family; -ENODEV if it has no devlink. */
static int find_family(struct link *l) {
        char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
        struct nlmsghdr *request = request_new(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, false);
        _cleanup_text_ struct text answer = {};
        struct devlink_walk w;
        const struct nlmsghdr *m;
        const struct nlattr *a;
        const void *payload;
        size_t n, at = 0;
        uint8_t command;
        int r;

        mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, DEVLINK_GENL_NAME);
        r = exchange(l, request, &answer);
        if (r < 0)
                return r;
        w = (struct devlink_walk){ .data = answer.data, .n = answer.length };
        r = devlink_walk_next(&w, &m);
        if (r <= 0)
                return r == -ENOENT ? -ENODEV : r < 0 ? r : -EBADMSG;
        payload = devlink_message_payload(m, &n, &command);
        while (payload && devlink_attr_next(payload, n, &at, &a) > 0)
                if (mnl_attr_get_type(a) == CTRL_ATTR_FAMILY_ID && mnl_attr_get_payload_len(a) == sizeof(uint16_t)) {
                        l->family = mnl_attr_get_u16(a);
                        return 0;
                }
        return -EBADMSG;
}

static int link_open(struct link *l) {
        l->deadline = usec_now(CLOCK_MONOTONIC) + DEADLINE_USEC;
        l->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
        if (!l->socket || mnl_socket_bind(l->socket, 0, MNL_SOCKET_AUTOPID) < 0)
                return -errno;
        l->datagram = xcalloc(1, DATAGRAM_MAX);
        return find_family(l);
}

/* True if something changed while the kernel made the answer. */
static bool torn(const struct text *answer) {
        struct devlink_walk w = { .data = answer->data, .n = answer->length };
        const struct nlmsghdr *m;
        int r;

        while ((r = devlink_walk_next(&w, &m)) > 0)
                ;
        return r == -EAGAIN;
}

static int ask_kernel(struct link *l, const char *instance, enum devlink_question question, struct text *answer) {
        static const uint8_t commands[] = { DEVLINK_CMD_INFO_GET, DEVLINK_CMD_PORT_GET };
        char buffer[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
        const char *slash = strchr(instance, '/');
        _cleanup_free_ char *bus = slash ? xstrndup(instance, (size_t)(slash - instance)) : NULL;
        struct nlmsghdr *m = request_new(buffer, l->family, commands[question], DEVLINK_GENL_VERSION,
                                         question == DEVLINK_PORTS);
        int r;

        /* Older kernels dump all ports whatever is asked for; the parser takes those that are meant. */
        if (!bus || !mnl_attr_put_strz_check(m, sizeof(buffer), DEVLINK_ATTR_BUS_NAME, bus) ||
            !mnl_attr_put_strz_check(m, sizeof(buffer), DEVLINK_ATTR_DEV_NAME, slash + 1))
                return -EINVAL;
        r = exchange(l, m, answer);
        for (unsigned i = 1; i < TRIES && r >= 0 && torn(answer); i++)
                r = exchange(l, m, answer);
        return r;
}

char *devlink_recording(const char *instance, enum devlink_question question) {
        static const char *const suffixes[] = { "info", "port" };
        char *path = xasprintf("run/vfio-migration/devlink/%s.%s", instance, suffixes[question]), *slash;

        slash = strrchr(path, '/');
        *slash = ':';
        return path;
}

static int ask_recording(const struct sysfs *s, const char *instance, enum devlink_question question,
                         struct text *answer) {
        _cleanup_free_ char *path = devlink_recording(instance, question), *data = NULL;
        size_t n;
        int r = file_read(s, path, ANSWER_MAX, &data, &n);

        if (r == -ENOENT)
                return -ENODEV;
        if (r >= 0)
                text_add_n(answer, data, n);
        return r;
}

void devlink_ask(const struct sysfs *s, const char *instance, size_t n, int *ret_errors, struct text *ret_answers) {
        struct link l = {};
        int r = s->fake ? 0 : link_open(&l);

        for (size_t i = 0; i < n; i++) {
                ret_answers[i] = (struct text){};
                if (r >= 0)
                        r = s->fake ? ask_recording(s, instance, (enum devlink_question)i, &ret_answers[i])
                                    : ask_kernel(&l, instance, (enum devlink_question)i, &ret_answers[i]);
                ret_errors[i] = r;
                if (s->fake)
                        r = 0;
        }
        link_close(&l);
}

void devlink_read(const struct sysfs *s, const char *instance, bool ports, struct devlink *ret) {
        struct text answers[_DEVLINK_QUESTION_MAX] = {};
        int errors[_DEVLINK_QUESTION_MAX];

        *ret = (struct devlink){ .instance = xstrdup(instance),
                                 .has_ports = ports,
                                 .read_at = usec_now(CLOCK_BOOTTIME) };
        devlink_ask(s, instance, ports ? 2 : 1, errors, answers);
        if (errors[DEVLINK_INFO] < 0)
                ret->info.error = -errors[DEVLINK_INFO];
        else
                devlink_info_parse(&ret->info, answers[DEVLINK_INFO].data, answers[DEVLINK_INFO].length, instance);
        if (ports && errors[DEVLINK_PORTS] < 0)
                ret->ports.error = -errors[DEVLINK_PORTS];
        else if (ports)
                devlink_ports_parse(&ret->ports, answers[DEVLINK_PORTS].data, answers[DEVLINK_PORTS].length, instance);
        for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
                text_done(&answers[i]);
}

void devlink_done(struct devlink *d) {
        devlink_info_done(&d->info);
        devlink_ports_done(&d->ports);
        free(take_ptr(d->instance));
}
