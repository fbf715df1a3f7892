/*
 * Copies single files, links and directories from a root into a new tree of the same layout.
 *
 * Paths are relative to the root ("sys/devices/..."). A link is copied only if it is relative and stays inside.
 * What cannot be read leaves an empty directory in its place, so that whoever replays the tree sees that something
 * is there and cannot be read; it is noted. The source is only read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "dump/patient.h"
#include "util/strv.h"

struct copy {
        int root_fd;
        int out_fd;
        struct patient patient;
        size_t n_files;
        size_t n_unread;
        struct text notes; /* a line for everything that was not copied as it is */
        int error;         /* the first failure to write: -errno, and nothing more is written */
};

/* output must not exist, or be empty. 0, or -errno with why, which the caller frees; copy_done() in both cases. */
int copy_init(struct copy *c, const char *root, const char *output, char **ret_why);
void copy_done(struct copy *c);
#define _cleanup_copy_ _cleanup_(copy_done)

void copy_directory(struct copy *c, const char *path);
/* Instead of a directory that cannot be listed: a link to itself, so that nobody takes it for an empty one. */
void copy_unlisted(struct copy *c, const char *path, const char *why);
/* True for such a link, as a dump has it. */
bool copy_is_unlisted(const struct copy *c, const char *path);
/* An attribute, as the rules of redact.h say; max bytes, beyond which it is noted as not read. */
void copy_file(struct copy *c, const char *path);
/* What the link points to comes into being as a directory, unless it is there; ret_target (or NULL) gets its path. */
bool copy_link(struct copy *c, const char *path, char **ret_target);
/* A link to /dev/null, which masks a file of that name elsewhere; false if it is none. */
bool copy_mask(struct copy *c, const char *path);
/* A directory where a file would be: whoever reads it gets an error. It is noted why. */
void copy_unread(struct copy *c, const char *path, const char *why);
/* A file with a content of our own. */
void copy_text(struct copy *c, const char *path, const char *text, size_t n);
/* Reads a file of any length in the root; NULL if it cannot be read. For plain files, not attributes. */
char *copy_read(const struct copy *c, const char *path, size_t max, size_t *ret_length);

/* The names in a directory, in byte order; NULL with errno if they cannot be had, ENOENT if there is none. */
char **copy_list(const struct copy *c, const char *path);
bool copy_is_directory(const struct copy *c, const char *path);
bool copy_is_link(const struct copy *c, const char *path);
/* The path that a link points to, below the root; NULL if it is none, or points out of it. */
char *copy_follow(const struct copy *c, const char *path);
