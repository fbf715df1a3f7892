/*
 * Looking into a JSON tree. Owns nothing; all that is returned is borrowed from the tree.
 */
#include "ctl/json-tree.h"

const char *tree_string(struct json_object *o, const char *key) {
        struct json_object *v = json_object_object_get(o, key);

        return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

struct json_object *tree_array(struct json_object *o, const char *key) {
        struct json_object *v = json_object_object_get(o, key);

        return json_object_is_type(v, json_type_array) ? v : NULL;
}

size_t tree_length(struct json_object *array) {
        return array ? json_object_array_length(array) : 0;
}

struct json_object *tree_at(struct json_object *array, size_t i) {
        return i < tree_length(array) ? json_object_array_get_idx(array, i) : NULL;
}
