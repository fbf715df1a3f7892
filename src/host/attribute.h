/*
 * What is in files: attributes of devices, and whole files of the administrator.
 *
 * An attribute is at most a page of UTF-8 text. That reading it failed is an answer like any other.
 */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/sysfs.h"

#define ATTRIBUTE_MAX 4096

/* What an attribute said: a value, or an error and no value. */
struct attribute {
        char *value; /* UTF-8 without NUL and without the newline at the end */
        int error;   /* 0, or the errno (positive) */
        mode_t mode; /* of the file */
};

/* Reads a whole file, NUL-terminated; -E2BIG if it has more than max bytes. */
int file_read(const struct sysfs *s, const char *path, size_t max, char **ret_data, size_t *ret_length);
/* The same of one that is open. */
int file_read_fd(int fd, size_t max, char **ret_data, size_t *ret_length);
/* Read an attribute; they never fail, the error is in it. */
struct attribute attribute_read(const struct sysfs *s, const struct sysfs_dir *dir, const char *name);
struct attribute attribute_read_path(const struct sysfs *s, const char *path);
/* Its bytes as they are, ATTRIBUTE_MAX + 1 of them at most: how many, or -errno. */
ssize_t attribute_read_raw(int fd, char *buffer);
/* What such bytes say. */
struct attribute attribute_parse(const char *data, size_t n, mode_t mode);
void attribute_done(struct attribute *a);
#define _cleanup_attribute_ _cleanup_(attribute_done)
