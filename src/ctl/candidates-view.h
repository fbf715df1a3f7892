/*
 * An explained report's candidates for people: why that one, why not the others, and what would have to be typed.
 */
#pragma once

#include "ctl/context.h"
#include "ctl/json-tree.h"

/* devices: a report's. Nothing is appended where no device has candidates. */
void candidates_view(const struct context *c, struct json_object *devices, struct text *out);
/* What is to be done first, in a few words: "set rss=off". */
void action_words(struct json_object *action, struct text *t);
