/*
 * What descriptors and model files have in common, from and to JSON: values, parameters, migration, models.
 *
 * The readers are strict about known keys and name the place; unknown keys do not matter. Only for the *-json.c files.
 */
#pragma once

#include "core/json-place.h"
#include "core/model.h"

#define PARAMS_MAX 256
#define STRINGS_MAX 1024 /* facts, tokens or origins of a device */
#define VERSIONS_MAX 4096

/* Which entries an object holds. */
enum entries_kind {
        ENTRIES_STRINGS, /* any names, values are strings: facts, tokens, origins */
        ENTRIES_PARAMS,  /* parameters (a version's too), null where one could not be read */
};

/* Each reads one member of the object o at p, if it is there, into what is empty so far. */
int entries_from_json(const struct json_place *p, struct json_object *o, const char *key, enum entries_kind kind,
                      struct entries *ret);
int param_infos_from_json(const struct json_place *p, struct json_object *o, const char *key, struct param_infos *ret);
/* of_model: with "driver" and "requires". */
int migration_from_json(const struct json_place *p, struct json_object *o, const char *key, bool of_model,
                        struct migration *ret, bool *ret_given);
/* One element of "match", by a table of keys; at least one is given, as none would fit everything. */
struct match_key {
        const char *key;
        char **ret;
};
int match_from_json(const struct json_place *p, struct json_object *o, const struct match_key *keys, size_t n);
/* What a model file and an entry of a document's "models" have both: all but schema and model. */
int model_body_from_json(const struct json_place *p, struct json_object *o, struct model *m);

/* Write whole members, and nothing for what is empty. A fact or token that could not be read (NULL) is left out. */
void entries_to_json(const struct entries *e, const char *key, enum entries_kind kind, struct text *t);
void param_infos_to_json(const struct param_infos *infos, const char *key, struct text *t);
void migration_to_json(const struct migration *m, struct text *t);
/* An object. */
void model_body_to_json(const struct model *m, struct text *t);
