/*
 * The report: the answer for a whole VM, as data and as JSON (schema org.vfio.Migration1.report/1).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/verdict.h"
#include "core/words.h"
#include "util/strv.h"

#define REPORT_SCHEMA "org.vfio.Migration1.report/1"

/* Where one device of the VM goes. */
struct report_target {
        bool placed; /* false: null in JSON */
        bool creatable;
        char *address; /* a device's */
        char *parent;  /* a creatable's */
        char *mdev_type;
};

/* With the explain flag: one class of equal candidates. */
struct report_candidate {
        enum verdict verdict;
        enum evidence evidence;
        struct reasons reasons;
        struct actions actions;
        bool creatable;
        char **addresses; /* of the devices in it; of a creatable "type:<parent>/<mdevType>" */
        size_t n_members; /* devices in it, or instances available */
};

struct report_device {
        char *id;
        enum verdict verdict;
        enum evidence evidence;
        struct report_target target;
        struct actions actions;
        struct reasons reasons;
        struct report_candidate *candidates;
        size_t n_candidates;
};

struct report {
        enum verdict verdict;
        enum evidence evidence; /* the weakest of the devices', driver if there is none */
        bool fits_if_free;
        bool exact; /* false: larger than what shared capacity is judged exactly for */
        char *summary;
        char *vm_uuid; /* for logs; not in the JSON */
        struct report_device *devices;
        size_t n_devices;
        struct open_questions open; /* what might still be asked; not in the JSON */
};

struct report *report_free(struct report *r);
DEFINE_CLEANUP(struct report, report_free);

/* One line for people, with the VM's name if it has one. */
char *report_summarize(const struct report *r, const char *vm_name);
/* Compact JSON. */
void report_format(const struct report *r, struct text *t);
