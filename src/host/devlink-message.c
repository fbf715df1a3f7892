/*
 * What the kernel's devlink answers say. Owns nothing; reads only what lies within the bytes.
 */
#include "host/devlink-message.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/devlink.h>
#include <string.h>

#include "core/utf8.h"
#include "util/alloc.h"
#include "util/strv.h"

#define VERSIONS_MAX 256
#define VFS_MAX 65536

/* An errno as the kernel writes it: negative. */
static int kernel_error(const struct nlmsghdr *m, bool needed) {
        int32_t e;

        if (m->nlmsg_len < NLMSG_HDRLEN + sizeof(e))
                return needed ? -EBADMSG : 0;
        memcpy(&e, (const char *)m + NLMSG_HDRLEN, sizeof(e));
        return e <= 0 && e > -4096 ? e : -EBADMSG;
}

/* The end of an answer: 0 or its error. */
static int walk_end(struct devlink_walk *w, const struct nlmsghdr *m, bool needed) {
        int r = kernel_error(m, needed);

        w->ended = true;
        return r == 0 && w->at < w->n ? -EBADMSG : r;
}

int devlink_walk_next(struct devlink_walk *w, const struct nlmsghdr **ret) {
        while (w->at < w->n) {
                const struct nlmsghdr *m = (const struct nlmsghdr *)(w->data + w->at);
                size_t left = w->n - w->at;
                bool alone;

                if (w->ended || left < NLMSG_HDRLEN || m->nlmsg_len < NLMSG_HDRLEN || m->nlmsg_len > left)
                        return -EBADMSG;
                w->at += MIN(NLMSG_ALIGN((size_t)m->nlmsg_len), left);
                if (m->nlmsg_flags & NLM_F_DUMP_INTR) /* the kernel says that it does not fit together */
                        return -EAGAIN;
                if (m->nlmsg_type == NLMSG_NOOP)
                        continue;
                if (m->nlmsg_type == NLMSG_ERROR)
                        return walk_end(w, m, true);
                if (m->nlmsg_type == NLMSG_DONE)
                        return walk_end(w, m, false);
                if (m->nlmsg_type < NLMSG_MIN_TYPE)
                        return -EBADMSG;
                alone = !(m->nlmsg_flags & NLM_F_MULTI);
                if (alone && w->multi)
                        return -EBADMSG;
                w->ended = alone;
                w->multi = !alone;
                *ret = m;
                return 1;
        }
        return w->ended ? 0 : -EBADMSG;
}

bool devlink_answer_ends(const void *data, size_t n) {
        for (size_t at = 0; at < n;) {
                const struct nlmsghdr *m = (const struct nlmsghdr *)((const char *)data + at);

                if (n - at < NLMSG_HDRLEN || m->nlmsg_len < NLMSG_HDRLEN || m->nlmsg_len > n - at ||
                    m->nlmsg_type == NLMSG_ERROR || m->nlmsg_type == NLMSG_DONE || !(m->nlmsg_flags & NLM_F_MULTI))
                        return true;
                at += NLMSG_ALIGN((size_t)m->nlmsg_len);
        }
        return false;
}

int devlink_attr_next(const void *payload, size_t n, size_t *at, const struct nlattr **ret) {
        const struct nlattr *a = (const struct nlattr *)((const char *)payload + *at);
        size_t left = n - *at;

        if (left == 0)
                return 0;
        if (left < NLA_HDRLEN || a->nla_len < NLA_HDRLEN || a->nla_len > left)
                return -EBADMSG;
        *at += MIN(NLA_ALIGN((size_t)a->nla_len), left);
        *ret = a;
        return 1;
}

const void *devlink_message_payload(const struct nlmsghdr *m, size_t *ret_n, uint8_t *ret_command) {
        const struct genlmsghdr *g = (const struct genlmsghdr *)((const char *)m + NLMSG_HDRLEN);

        if (m->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
                return NULL;
        *ret_command = g->cmd;
        *ret_n = m->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
        return (const char *)g + GENL_HDRLEN;
}

/* The attributes of those types, in their order; NULL where one is not there. One that is there twice is a mistake. */
static int attrs_find(const void *payload, size_t n, const uint16_t *types, size_t n_types, const struct nlattr **ret) {
        const struct nlattr *a;
        size_t at = 0;
        int r;

        for (size_t i = 0; i < n_types; i++)
                ret[i] = NULL;
        while ((r = devlink_attr_next(payload, n, &at, &a)) > 0)
                for (size_t i = 0; i < n_types; i++) {
                        if (mnl_attr_get_type(a) != types[i])
                                continue;
                        if (ret[i])
                                return -EBADMSG;
                        ret[i] = a;
                }
        return r;
}

/* Borrowed. EBADMSG without a NUL at the end, EILSEQ for what is no text. */
static int attr_string(const struct nlattr *a, const char **ret) {
        const char *s = mnl_attr_get_payload(a);
        size_t n = mnl_attr_get_payload_len(a);

        if (n == 0 || s[n - 1])
                return -EBADMSG;
        for (size_t i = 0; i + 1 < n;) {
                size_t k = utf8_sequence(s + i, n - 1 - i);

                if (k == 0 || !s[i])
                        return -EILSEQ;
                i += k;
        }
        *ret = s;
        return 0;
}

static int attr_number(const struct nlattr *a, void *ret, size_t size) {
        if (mnl_attr_get_payload_len(a) != size)
                return -EBADMSG;
        memcpy(ret, mnl_attr_get_payload(a), size);
        return 0;
}

/* 1 if the message is about the instance, 0 if not. */
static int is_of(const void *payload, size_t n, const char *instance) {
        static const uint16_t types[] = { DEVLINK_ATTR_BUS_NAME, DEVLINK_ATTR_DEV_NAME };
        const struct nlattr *found[ARRAY_SIZE(types)];
        const char *bus, *name, *slash = strchr(instance, '/');
        int r = attrs_find(payload, n, types, ARRAY_SIZE(types), found);

        if (r < 0)
                return r;
        if (!found[0] || !found[1] || attr_string(found[0], &bus) < 0 || attr_string(found[1], &name) < 0)
                return -EBADMSG;
        return slash && strlen(bus) == (size_t)(slash - instance) && strncmp(bus, instance, strlen(bus)) == 0 &&
               strcmp(name, slash + 1) == 0;
}

/* Every message about the instance, of a command. */
static int messages(const void *data, size_t n, const char *instance, uint8_t command,
                    int (*take)(void *to, const void *payload, size_t n), void *to) {
        struct devlink_walk w = { .data = data, .n = n };
        const struct nlmsghdr *m;
        int r;

        while ((r = devlink_walk_next(&w, &m)) > 0) {
                size_t length = 0;
                uint8_t c = 0;
                const void *payload = devlink_message_payload(m, &length, &c);

                if (!payload || c != command)
                        return -EBADMSG;
                r = is_of(payload, length, instance);
                if (r > 0)
                        r = take(to, payload, length);
                if (r < 0)
                        return r;
        }
        return r;
}

static void version_done(struct devlink_version *v) {
        free(v->name);
        free(v->value);
}

static struct devlink_version *find_version(const struct devlink_info *i, const char *name) {
        for (size_t k = 0; k < i->n_versions; k++)
                if (strcmp(i->versions[k].name, name) == 0)
                        return &i->versions[k];
        return NULL;
}

const struct devlink_version *devlink_info_find(const struct devlink_info *i, const char *name) {
        return find_version(i, name);
}

/* Takes the version. Running counts before fixed; two of a kind that differ leave it unknown. */
static int add_version(struct devlink_info *i, struct devlink_version *v) {
        struct devlink_version *old = find_version(i, v->name);

        if (!old) {
                if (i->n_versions >= VERSIONS_MAX) {
                        version_done(v);
                        return -E2BIG;
                }
                array_append(i->versions, i->n_versions, *v);
                return 0;
        }
        if (v->running && !old->running) {
                version_done(old);
                *old = *v;
                return 0;
        }
        if (v->running == old->running && !str_equal(v->value, old->value)) {
                free(take_ptr(old->value));
                old->error = ENOTUNIQ;
        }
        version_done(v);
        return 0;
}

static int parse_version(struct devlink_info *i, const struct nlattr *nest, bool running) {
        static const uint16_t types[] = { DEVLINK_ATTR_INFO_VERSION_NAME, DEVLINK_ATTR_INFO_VERSION_VALUE };
        const struct nlattr *found[ARRAY_SIZE(types)];
        struct devlink_version v = { .running = running };
        const char *name, *value = NULL;
        int r = attrs_find(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest), types, ARRAY_SIZE(types), found);

        /* Without a name it may be of any version. */
        if (r < 0 || !found[0] || attr_string(found[0], &name) < 0 || !*name)
                return -EBADMSG;
        v.error = found[1] ? -attr_string(found[1], &value) : EBADMSG;
        v.name = xstrdup(name);
        v.value = xstrdup(value);
        return add_version(i, &v);
}

static int take_info(void *to, const void *payload, size_t n) {
        struct devlink_info *i = to;
        const struct nlattr *a;
        size_t at = 0;
        int r;

        if (i->error != ENODEV) /* two of one instance */
                return -EBADMSG;
        i->error = 0;
        while ((r = devlink_attr_next(payload, n, &at, &a)) > 0) {
                uint16_t type = mnl_attr_get_type(a);
                const char *driver;

                if (type == DEVLINK_ATTR_INFO_VERSION_FIXED || type == DEVLINK_ATTR_INFO_VERSION_RUNNING)
                        r = parse_version(i, a, type == DEVLINK_ATTR_INFO_VERSION_RUNNING);
                else if (type == DEVLINK_ATTR_INFO_DRIVER_NAME && !i->driver && attr_string(a, &driver) >= 0)
                        i->driver = xstrdup(driver);
                if (r < 0)
                        return r;
        }
        return r;
}

void devlink_info_parse(struct devlink_info *i, const void *data, size_t n, const char *instance) {
        int r;

        *i = (struct devlink_info){ .error = ENODEV };
        r = messages(data, n, instance, DEVLINK_CMD_INFO_GET, take_info, i);
        if (r < 0) {
                devlink_info_done(i);
                i->error = -r;
        }
}

void devlink_info_done(struct devlink_info *i) {
        for (size_t k = 0; k < i->n_versions; k++)
                version_done(&i->versions[k]);
        free(i->versions);
        free(i->driver);
        *i = (struct devlink_info){};
}

/* A capability that the selector does not name has no meaning. */
static int parse_function(const struct nlattr *nest, enum tri *ret_migratable) {
        static const uint16_t types[] = { DEVLINK_FUNCTION_ATTR_CAPS };
        const struct nlattr *caps;
        struct nla_bitfield32 bits;
        int r = attrs_find(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest), types, 1, &caps);

        if (r < 0 || !caps)
                return r;
        r = attr_number(caps, &bits, sizeof(bits));
        if (r >= 0 && (bits.selector & DEVLINK_FUNCTION_CAP_MIGRATABLE))
                *ret_migratable = bits.value & DEVLINK_FUNCTION_CAP_MIGRATABLE ? TRI_YES : TRI_NO;
        return r;
}

static int take_port(void *to, const void *payload, size_t n) {
        enum { FLAVOUR, PF, VF, EXTERNAL, FUNCTION, N_TYPES };
        static const uint16_t types[N_TYPES] = {
                DEVLINK_ATTR_PORT_FLAVOUR,  DEVLINK_ATTR_PORT_PCI_PF_NUMBER, DEVLINK_ATTR_PORT_PCI_VF_NUMBER,
                DEVLINK_ATTR_PORT_EXTERNAL, DEVLINK_ATTR_PORT_FUNCTION,
        };
        struct devlink_vf vf = { .external = TRI_UNKNOWN, .migratable = TRI_UNKNOWN };
        struct devlink_ports *p = to;
        const struct nlattr *found[N_TYPES];
        uint16_t flavour = DEVLINK_PORT_FLAVOUR_UNUSED;
        uint8_t external;
        int r = attrs_find(payload, n, types, N_TYPES, found);

        if (r >= 0 && found[FLAVOUR])
                r = attr_number(found[FLAVOUR], &flavour, sizeof(flavour));
        if (r < 0 || flavour != DEVLINK_PORT_FLAVOUR_PCI_VF)
                return r;
        if (!found[PF] || !found[VF] || attr_number(found[PF], &vf.pf, sizeof(vf.pf)) < 0 ||
            attr_number(found[VF], &vf.vf, sizeof(vf.vf)) < 0)
                return -EBADMSG;
        if (found[EXTERNAL]) {
                if (attr_number(found[EXTERNAL], &external, sizeof(external)) < 0)
                        return -EBADMSG;
                vf.external = external ? TRI_YES : TRI_NO;
        }
        if (found[FUNCTION] && parse_function(found[FUNCTION], &vf.migratable) < 0)
                return -EBADMSG;
        if (p->n_vfs >= VFS_MAX)
                return -E2BIG;
        array_append(p->vfs, p->n_vfs, vf);
        return 0;
}

void devlink_ports_parse(struct devlink_ports *p, const void *data, size_t n, const char *instance) {
        int r;

        *p = (struct devlink_ports){};
        r = messages(data, n, instance, DEVLINK_CMD_PORT_NEW, take_port, p);
        if (r < 0) {
                devlink_ports_done(p);
                p->error = -r;
        }
}

void devlink_ports_done(struct devlink_ports *p) {
        free(p->vfs);
        *p = (struct devlink_ports){};
}

enum tri devlink_ports_migratable(const struct devlink_ports *p, unsigned vf, int *ret_error) {
        const struct devlink_vf *first = NULL, *match = NULL;

        *ret_error = p->error;
        if (p->error)
                return TRI_UNKNOWN;
        for (size_t i = 0; i < p->n_vfs; i++) {
                const struct devlink_vf *v = &p->vfs[i];

                if (v->external == TRI_YES)
                        continue;
                first = first ? first : v;
                /* An e-switch of several PFs numbers the VFs of each; which PF is ours is not known. */
                *ret_error = v->pf != first->pf || (match && v->vf == vf && v->migratable != match->migratable)
                                     ? ENOTUNIQ
                                     : 0;
                if (*ret_error)
                        return TRI_UNKNOWN;
                if (v->vf == vf)
                        match = match && match->external == TRI_UNKNOWN ? match : v;
        }
        if (!match)
                *ret_error = ENOENT;
        else if (match->external == TRI_UNKNOWN || match->migratable == TRI_UNKNOWN)
                *ret_error = ENODATA;
        return *ret_error ? TRI_UNKNOWN : match->migratable;
}
