/*
 * vfiomigctl classes: what a host has, in words that mean the same on every host; and as labels for a scheduler.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "ctl/classes.h"
#include "ctl/host-source.h"
#include "ctl/json-text.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "ctl/words.h"

/* Labels that nobody renews are void after so many seconds: the timer comes each minute. */
#define NFD_LIFETIME 300

static void member_number(struct text *t, const char *key, uint64_t number) {
        json_key(t, key);
        json_unsigned(t, number);
}

static int print_json(const struct context *c, const struct classes *classes) {
        _cleanup_text_ struct text t = {};

        json_open(&t, '[');
        for (size_t i = 0; i < classes->n; i++) {
                const struct class_row *row = &classes->v[i];

                json_open(&t, '{');
                json_member(&t, "class", row->known ? row->digest : NULL);
                json_member(&t, "model", row->model);
                member_number(&t, "devices", row->devices);
                member_number(&t, "creatable", row->creatable);
                json_key(&t, "free");
                if (row->known)
                        json_unsigned(&t, row->free + row->creatable);
                else
                        json_string(&t, NULL);
                json_key(&t, "describes");
                if (row->known)
                        json_raw(&t, row->text);
                else
                        json_string(&t, NULL);
                json_close(&t, '}');
        }
        json_close(&t, ']');
        return context_print_json(c, t.data);
}

static void add_number(struct table *table, uint64_t number, enum colour colour) {
        char text[24];

        snprintf(text, sizeof(text), "%" PRIu64, number);
        table_add_coloured(table, text, colour);
}

static int print_table(const struct context *c, const struct classes *classes) {
        _cleanup_(table_free_cleanup) struct table *table = table_new(&c->out, "CLASS|MODEL|DEVICES|CREATABLE|FREE");
        _cleanup_text_ struct text out = {};
        size_t n_known = 0;

        for (size_t i = 0; i < classes->n; i++) {
                const struct class_row *row = &classes->v[i];
                uint64_t n = row->free + row->creatable;

                n_known += row->known;
                table_add(table, row->known ? row->digest : NULL);
                table_add(table, row->model);
                add_number(table, row->devices, COLOUR_NONE);
                add_number(table, row->creatable, COLOUR_NONE);
                if (row->known)
                        add_number(table, n, n > 0 ? COLOUR_GREEN : COLOUR_GREY);
                else
                        table_add(table, NULL);
        }
        if (classes->n > 0)
                table_format(table, c->legend, &out);
        if (c->legend)
                text_addf(&out, "%s%zu %s.\n", classes->n > 0 ? "\n" : "", n_known,
                          plural(n_known, "class", "classes"));
        if (c->legend && n_known < classes->n)
                text_add(&out,
                         "Devices without a class are not known well enough to be one (see vfiomigctl explain).\n");
        if (c->legend && classes->shared)
                text_add(&out, "Classes share what their parents have: of each, at most so many can be created.\n");
        return context_print(c, &out);
}

/* "-" is standard output, where nothing expires: who reads it is there. */
static int write_labels(const struct context *c, const struct classes *classes) {
        bool print = str_equal(c->nfd, "-");
        _cleanup_text_ struct text t = {};
        const char *what;
        int r;

        classes_format_nfd(classes, print ? 0 : (int64_t)time(NULL) + NFD_LIFETIME, &t);
        if (t.length > NFD_FILE_MAX)
                return context_fail(c, -E2BIG, "%zu classes are more than a feature file can hold (%u bytes)",
                                    classes->n, NFD_FILE_MAX);
        if (print)
                return context_print(c, &t);
        r = nfd_write(c->nfd, &t, &what);
        if (r == -ENOENT)
                return context_fail(c, r,
                                    "Cannot %s %s: its directory does not exist (is node-feature-discovery here?)",
                                    what, c->nfd);
        return r < 0 ? context_fail(c, r, "Cannot %s %s: %s", what, c->nfd, strerror(-r)) : 0;
}

int verb_classes(struct context *c) {
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        _cleanup_classes_ struct classes classes = {};
        int r;

        r = host_source_document(c, NULL, &d);
        if (r < 0)
                return STATUS_ERROR;
        classes_of(d, &classes);
        if (c->nfd)
                r = write_labels(c, &classes);
        else
                r = c->json != JSON_OFF ? print_json(c, &classes) : print_table(c, &classes);
        return r < 0 ? STATUS_ERROR : STATUS_OK;
}
