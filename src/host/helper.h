/*
 * How the helper, the one privileged process, is asked: by the reader, which may wait, and by the daemon, which may
 * not.
 *
 * A connection has a helper of its own, which answers one request after another, as long as it lasts.
 * One datagram (SOCK_SEQPACKET) a request: the verb and its fields, each ending in NUL. One datagram is the answer: an
 * errno as decimal text ("0": done), NUL, and a field. Nobody answers in time: what was asked for is not known.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/strv.h"

#define HELPER_SOCKET "/run/vfio-migration-helper/helper.sock"
#define HELPER_REQUEST_MAX 8192u
#define HELPER_ANSWER_MAX (128u * 1024)

/* Its reading verbs and their fields:
 *   read ADDRESS NAME              a file below the device: its contents as they are, at most a page
 *   type-read PARENT TYPE NAME     a file of an mdev type
 *   test-version ADDRESS VALUE     writes to the attribute migration_version of a device that nobody holds,
 *   test-version PARENT/TYPE VALUE or of a type. Field: "0" where the driver took it, else the driver's errno as a
 *                                  number. An errno of the answer itself says why the driver was not asked.
 *   who-holds                      all that is held: see host/holders.h for the field
 *   migration-state ADDRESS        debugfs: the lines "state=NAME" and "features=NAME NAME..." as far as there are such
 *                                  files; ENOENT: this device has none; ENOTDIR: the kernel has none for any device
 * Addresses are those of descriptors ("pci:<bdf>", "mdev:<uuid>", "<subsystem>:<name>"). */

/* Appends a field and its NUL; the verb is the first. */
void helper_add(struct text *request, const char *field);
/* Splits an answer (of n bytes, NUL-terminated besides): -EPROTO if it is none. */
int helper_parse(const char *answer, size_t n, int *ret_error, const char **ret_field, size_t *ret_length);
/* Connects without waiting. -ENOENT, -ECONNREFUSED, -EACCES: there is no helper for us. */
int helper_connect(int *ret_fd);
/*
 * Asks and waits, but no longer than timeout_usec (then -ETIMEDOUT). *ret_error is the answer's errno (positive).
 * ret_field: NUL-terminated, the caller's. Of helper_connect()'s errors each says that nobody was asked; -ECONNRESET:
 * somebody was, who ended without an answer.
 */
int helper_ask(const struct text *request, uint64_t timeout_usec, int *ret_error, char **ret_field, size_t *ret_length);
/* The same in two halves, over a connection that is there; after -ETIMEDOUT the answer can still come. */
int helper_send(int fd, const struct text *request);
int helper_receive(int fd, uint64_t timeout_usec, int *ret_error, char **ret_field, size_t *ret_length);
