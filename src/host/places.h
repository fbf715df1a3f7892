/*
 * Directories that many devices share (parents, mdev types), each looked at once in a request.
 *
 * Owns what it read; a request begins with places_forget(), so that nothing old is answered. Keeps no fds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "host/names.h"
#include "host/attribute.h"
#include "host/sysfs.h"

struct place {
        char *path;         /* without links: "sys/devices/..."; first, as the index looks at it */
        int error;          /* why its names are not known: an errno */
        struct names names; /* sorted */

        struct place_value {
                char *name;
                struct attribute attribute;
                bool asked; /* it is what the helper said, as we may not read it */
        } * values;
        size_t n_values;

        bool identified; /* those below are set */
        char *subsystem; /* or NULL */
        char *driver;    /* or NULL */
        char *address;   /* "<subsystem>:<name>", or NULL */
        char *module;    /* of a driver's directory, or NULL */
        bool listed_netdevs;
        char **netdevs;
        int netdevs_error; /* why they are not known: an errno */
};

struct places {
        const struct sysfs *sysfs; /* borrowed */
        void *index;               /* of tsearch(3) */
};

void places_init(struct places *p, const struct sysfs *s);
void places_forget(struct places *p);

/* Never NULL: one that is not there has an error and no names. Borrowed until places_forget(). */
struct place *places_get(struct places *p, const char *path);
/* The one above a path. */
struct place *places_get_parent(struct places *p, const char *path);
/* True if it has the first component of a path below it. */
bool place_has(const struct place *place, const char *file);
/* An attribute, by a path of one component or more below it. Borrowed until the next place_read() of that place. */
struct place_value *place_value(struct places *p, struct place *place, const char *name);
const struct attribute *place_read(struct places *p, struct place *place, const char *name);
/* Its subsystem, driver and address. */
void place_identify(struct places *p, struct place *place);
/* The module of a driver whose directory it is, or NULL. */
const char *place_module(struct places *p, struct place *place);
/* Its network interfaces: a NULL-terminated vector, or NULL for none. Borrowed. */
int place_netdevs(struct places *p, struct place *place, char *const **ret);
/* The driver's name or, without one, the subsystem's: what the kernel's dev_driver_string() says. */
const char *place_driver_string(struct places *p, struct place *place);
