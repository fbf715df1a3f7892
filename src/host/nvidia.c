/*
 * NVIDIA's virtual GPUs on SR-IOV VFs. The attributes are a vendor's and can hang: asked only when a device is read.
 */
#include "host/nvidia.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/strv.h"

/* A decimal number that is followed by the end or one of the characters of end. */
static int parse_number(const char *s, const char *end, uint32_t *ret) {
        char *p;
        unsigned long v;

        if (*s < '0' || *s > '9')
                return -EINVAL;
        errno = 0;
        v = strtoul(s, &p, 10);
        if (errno || v > UINT32_MAX || (*p && !strchr(end, *p)))
                return -EINVAL;
        *ret = (uint32_t)v;
        return 0;
}

int nvidia_current_type(struct host *h, const struct sysfs_dir *vf, uint32_t *ret_type) {
        _cleanup_attribute_ struct attribute a = attribute_read(&h->sysfs, vf, "nvidia/current_vgpu_type");

        if (a.error)
                return -a.error;
        return parse_number(a.value, " \t\n", ret_type);
}

static void types_count(struct nvidia_types *t, uint32_t id, const char *vf, size_t round) {
        size_t i = 0;

        while (i < t->n && t->v[i].id < id)
                i++;
        if (i == t->n || t->v[i].id != id) {
                array_append(t->v, t->n, ((struct nvidia_type){}));
                memmove(&t->v[i + 1], &t->v[i], (t->n - 1 - i) * sizeof(*t->v));
                t->v[i] = (struct nvidia_type){ .id = id, .vf = xstrdup(vf) };
        }
        if (t->v[i].counted != round) /* a VF counts once, whatever its list says */
                t->v[i].available++;
        t->v[i].counted = round;
}

/* Lines of "<id> : <name>", maybe below a line of headings. */
static void count_list(struct nvidia_types *t, const char *vf, size_t round, const char *list) {
        for (const char *p = list; *p;) {
                uint32_t id;

                p += strspn(p, " \t");
                if (parse_number(p, " \t:\n", &id) >= 0 && id != 0)
                        types_count(t, id, vf, round);
                p += strcspn(p, "\n");
                p += *p == '\n';
        }
}

void nvidia_creatable_types(struct host *h, struct place *pf, struct nvidia_types *ret) {
        *ret = (struct nvidia_types){};
        for (size_t i = 0; i < pf->names.n; i++) {
                _cleanup_free_ char *link = NULL;
                _cleanup_sysfs_dir_ struct sysfs_dir vf = { .fd = -1 };
                _cleanup_attribute_ struct attribute list = {};
                uint32_t type;

                if (!str_startswith(pf->names.v[i], "virtfn"))
                        continue;
                link = xasprintf("%s/%s", pf->path, pf->names.v[i]);
                if (sysfs_dir_open_link(&h->sysfs, link, &vf) < 0 || nvidia_current_type(h, &vf, &type) < 0 ||
                    type != 0)
                        continue;
                list = attribute_read(&h->sysfs, &vf, "nvidia/creatable_vgpu_types");
                if (list.value)
                        count_list(ret, vf.path, i + 1, list.value);
        }
}

void nvidia_types_done(struct nvidia_types *t) {
        for (size_t i = 0; i < t->n; i++)
                free(t->v[i].vf);
        free(t->v);
        *t = (struct nvidia_types){};
}
