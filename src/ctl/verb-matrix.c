/*
 * vfiomigctl matrix: which VM can go to which host, offline, as a grid.
 *
 * Each VM is judged alone, as if it were the only one to move.
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "core/answer.h"
#include "ctl/input.h"
#include "ctl/json-text.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "ctl/words.h"
#include "util/alloc.h"

struct matrix {
        struct document **vms;
        struct inventory **hosts;
        struct report **reports; /* [vm * n_hosts + host] */
        size_t n_vms, n_hosts;
};

static void matrix_done(struct matrix *m) {
        for (size_t i = 0; m->reports && i < m->n_vms * m->n_hosts; i++)
                report_free(m->reports[i]);
        for (size_t i = 0; m->vms && i < m->n_vms; i++)
                document_free(m->vms[i]);
        for (size_t i = 0; m->hosts && i < m->n_hosts; i++)
                inventory_unref(m->hosts[i]);
        free(m->reports);
        free(m->vms);
        free(m->hosts);
}

static int matrix_read(struct matrix *m, const struct context *c) {
        m->n_vms = c->n_args;
        m->n_hosts = strv_length(c->on);
        m->vms = xnew0(struct document *, m->n_vms);
        m->hosts = xnew0(struct inventory *, m->n_hosts);
        for (size_t i = 0; i < m->n_vms; i++)
                if (input_document(c, c->args[i], DOCUMENT_SOURCE, &m->vms[i]) < 0)
                        return -EINVAL;
        for (size_t i = 0; i < m->n_hosts; i++) {
                struct document *d;

                if (input_document(c, c->on[i], DOCUMENT_HOST, &d) < 0)
                        return -EINVAL;
                m->hosts[i] = inventory_new(d);
        }
        return 0;
}

static int matrix_judge(struct matrix *m, const struct context *c) {
        const struct policy policy = POLICY_DEFAULT;
        int64_t now = time(NULL);
        int r;

        m->reports = xnew0(struct report *, m->n_vms * m->n_hosts);
        for (size_t i = 0; i < m->n_vms * m->n_hosts; i++) {
                struct question q = {
                        .source = m->vms[i / m->n_hosts],
                        .target = m->hosts[i % m->n_hosts],
                        .policy = &policy,
                        .now = now,
                };

                r = question_answer(&q, &m->reports[i], NULL);
                if (r < 0)
                        return context_fail(c, r, "Cannot judge.");
        }
        return 0;
}

/* The name in the document, else the file's without folders and ".json". */
static char *title(const char *name, const char *file) {
        const char *slash = strrchr(file, '/');
        size_t n;

        if (name && *name)
                return xstrdup(name);
        file = slash ? slash + 1 : file;
        n = strlen(file);
        return xstrndup(file, n > 5 && str_equal(file + n - 5, ".json") ? n - 5 : n);
}

static int print_table(const struct context *c, const struct matrix *m) {
        _cleanup_(table_free_cleanup) struct table *table = NULL;
        _cleanup_text_ struct text header = {}, out = {};

        text_add(&header, "VM");
        for (size_t i = 0; i < m->n_hosts; i++) {
                _cleanup_free_ char *host = title(m->hosts[i]->document->host_name, c->on[i]);

                for (char *s = host; *s; s++)
                        if (*s == '|')
                                *s = '_';
                text_add(&header, "|");
                terminal_escape(&c->out, &header, host);
        }
        table = table_new(&c->out, header.data);
        for (size_t i = 0; i < m->n_vms; i++) {
                _cleanup_free_ char *vm = title(m->vms[i]->vm_name, c->args[i]);

                table_add(table, vm);
                for (size_t k = 0; k < m->n_hosts; k++) {
                        const char *verdict = verdict_to_string(m->reports[i * m->n_hosts + k]->verdict);

                        table_add_coloured(table, verdict_short(verdict), verdict_colour(verdict));
                }
        }
        table_format(table, true, &out);
        return context_print(c, &out);
}

static int print_json(const struct context *c, const struct matrix *m) {
        _cleanup_text_ struct text t = {};

        json_open(&t, '[');
        for (size_t i = 0; i < m->n_vms; i++) {
                _cleanup_free_ char *vm = title(m->vms[i]->vm_name, c->args[i]);

                json_open(&t, '{');
                json_member(&t, "vm", vm);
                json_member(&t, "file", c->args[i]);
                json_key(&t, "hosts");
                json_open(&t, '[');
                for (size_t k = 0; k < m->n_hosts; k++) {
                        const struct report *report = m->reports[i * m->n_hosts + k];
                        _cleanup_free_ char *host = title(m->hosts[k]->document->host_name, c->on[k]);

                        json_open(&t, '{');
                        json_member(&t, "host", host);
                        json_member(&t, "file", c->on[k]);
                        json_member(&t, "verdict", verdict_to_string(report->verdict));
                        json_key(&t, "fitsIfFree");
                        json_bool(&t, report->fits_if_free);
                        json_member(&t, "summary", report->summary);
                        json_close(&t, '}');
                }
                json_close(&t, ']');
                json_close(&t, '}');
        }
        json_close(&t, ']');
        return context_print_json(c, t.data);
}

/* Yes if every VM has a host to go to; no if one is refused by all; else not known. */
static int exit_status(const struct matrix *m) {
        int status = STATUS_OK;

        for (size_t i = 0; i < m->n_vms; i++) {
                enum verdict best = VERDICT_INCOMPATIBLE;

                for (size_t k = 0; k < m->n_hosts; k++)
                        best = MIN(best, m->reports[i * m->n_hosts + k]->verdict);
                if (best == VERDICT_INCOMPATIBLE)
                        return STATUS_INCOMPATIBLE;
                if (best == VERDICT_UNKNOWN)
                        status = STATUS_UNKNOWN;
        }
        return status;
}

int verb_matrix(struct context *c) {
        _cleanup_(matrix_done) struct matrix m = {};
        int r = 0;

        if (c->n_args == 0 || !c->on) {
                context_fail(c, 0, "matrix needs descriptors of VMs, --on, and documents of hosts. See --help.");
                return STATUS_USAGE;
        }
        if (matrix_read(&m, c) < 0 || matrix_judge(&m, c) < 0)
                return STATUS_ERROR;
        if (!c->quiet)
                r = c->json != JSON_OFF ? print_json(c, &m) : print_table(c, &m);
        return r < 0 ? STATUS_ERROR : exit_status(&m);
}
