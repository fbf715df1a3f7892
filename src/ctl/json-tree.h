/*
 * Looking into a JSON tree that somebody else made: what is not there, or not of that kind, is NULL (of no length).
 */
#pragma once

#include <json-c/json.h>
#include <stddef.h>

const char *tree_string(struct json_object *o, const char *key);
struct json_object *tree_array(struct json_object *o, const char *key);
size_t tree_length(struct json_object *array);
struct json_object *tree_at(struct json_object *array, size_t i);
