/*
 * Names of directory entries, and paths made of them. Owns what it read; knows no root, and resolves nothing.
 *
 * A name that comes from the host is a single path component, or it is left out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/macro.h"

/* The names in a directory, without "." and "..". */
struct names {
        char **v;
        size_t n;
        size_t n_bad; /* entries that were left out: names that are none to us */
        char *data;   /* what v points into */
};

/* True for what can be a single path component: not "", ".", "..", no slash, UTF-8, and of at most 255 bytes. */
bool name_valid(const char *name);
/* True for a relative path of such components. */
bool name_path_valid(const char *path);

/* The last component of a path: borrowed. */
const char *path_name(const char *path);
/* Three strings in one; for paths, keys and origins, of which a census makes a great many. */
char *join(const char *a, const char *b, const char *c);
/* What is before it; NULL at the top. */
char *path_parent(const char *path);
/* Where a link in the directory dir points to, by its text alone: a path below the root, whose parent is the root. */
char *path_follow(const char *dir, const char *target);

/* Reads what there is (still) to be read of a directory. 0 or -errno. */
int names_read(int dir_fd, struct names *ret);
/* A set of names that grows; data stays NULL and each name is an allocation of its own. */
void names_add(struct names *names, const char *name);
/* In byte order, each once. */
void names_sort(struct names *names);
/* In a sorted set. */
bool names_find(const struct names *names, const char *name);
/* The first component of a path, in a set that is not sorted: for the few dozen names of a device. */
bool names_have(const struct names *names, const char *path);
void names_done(struct names *names);
#define _cleanup_names_ _cleanup_(names_done)
