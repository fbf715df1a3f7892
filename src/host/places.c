/*
 * Directories that many devices share, each looked at once in a request.
 */
#include "host/places.h"

#include <search.h>
#include <string.h>

#include "util/alloc.h"
#include "util/strv.h"

static int compare(const void *a, const void *b) {
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static void place_free(void *p) {
        struct place *place = p;

        for (size_t i = 0; i < place->n_values; i++) {
                free(place->values[i].name);
                attribute_done(&place->values[i].attribute);
        }
        free(place->values);
        names_done(&place->names);
        strv_free(place->netdevs);
        free(place->subsystem);
        free(place->driver);
        free(place->address);
        free(place->module);
        free(place->path);
        free(place);
}

void places_init(struct places *p, const struct sysfs *s) {
        *p = (struct places){ .sysfs = s };
}

void places_forget(struct places *p) {
        tdestroy(p->index, place_free);
        p->index = NULL;
}

struct place *places_get(struct places *p, const char *path) {
        struct place *place, **found = tfind(&path, &p->index, compare);

        if (found)
                return *found;
        place = xnew0(struct place, 1);
        place->path = xstrdup(path);
        place->error = -sysfs_list(p->sysfs, path, &place->names);
        names_sort(&place->names);
        if (!tsearch(place, &p->index, compare))
                abort();
        return place;
}

struct place *places_get_parent(struct places *p, const char *path) {
        _cleanup_free_ char *parent = path_parent(path);

        return places_get(p, parent ? parent : ".");
}

bool place_has(const struct place *place, const char *file) {
        _cleanup_free_ char *name = xstrndup(file, strcspn(file, "/"));

        return names_find(&place->names, name);
}

static char *place_join(const struct place *place, const char *name) {
        return join(place->path, "/", name);
}

struct place_value *place_value(struct places *p, struct place *place, const char *name) {
        _cleanup_free_ char *path = NULL;

        for (size_t i = 0; i < place->n_values; i++)
                if (strcmp(place->values[i].name, name) == 0)
                        return &place->values[i];
        path = place_join(place, name);
        array_append(place->values, place->n_values,
                     ((struct place_value){ .name = xstrdup(name), .attribute = attribute_read_path(p->sysfs, path) }));
        return &place->values[place->n_values - 1];
}

const struct attribute *place_read(struct places *p, struct place *place, const char *name) {
        return &place_value(p, place, name)->attribute;
}

static char *link_name(const struct sysfs *s, const struct place *place, const char *name) {
        _cleanup_free_ char *path = place_join(place, name), *target = NULL;

        if (sysfs_readlink_path(s, path, &target) < 0 || !name_valid(path_name(target)))
                return NULL;
        return xstrdup(path_name(target));
}

void place_identify(struct places *p, struct place *place) {
        if (place->identified)
                return;
        place->identified = true;
        place->subsystem = link_name(p->sysfs, place, "subsystem");
        place->driver = link_name(p->sysfs, place, "driver");
        if (place_has(place, "module"))
                place->module = link_name(p->sysfs, place, "module");
        if (place->subsystem)
                place->address = join(place->subsystem, ":", path_name(place->path));
}

const char *place_driver_string(struct places *p, struct place *place) {
        place_identify(p, place);
        return place->driver ? place->driver : place->subsystem;
}

const char *place_module(struct places *p, struct place *place) {
        place_identify(p, place);
        return place->module;
}

int place_netdevs(struct places *p, struct place *place, char *const **ret) {
        if (!place->listed_netdevs) {
                _cleanup_free_ char *path = place_join(place, "net");
                _cleanup_names_ struct names names = {};

                place->listed_netdevs = true;
                place->netdevs_error = place->error;
                if (!place->error && place_has(place, "net"))
                        place->netdevs_error = -sysfs_list(p->sysfs, path, &names);
                names_sort(&names);
                for (size_t i = 0; i < names.n; i++)
                        strv_take(&place->netdevs, xstrdup(names.v[i]));
        }
        if (place->netdevs_error)
                return -place->netdevs_error;
        *ret = place->netdevs;
        return 0;
}
