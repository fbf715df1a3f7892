/*
 * Where verbs that can do without the daemon get the host document from: the daemon, a file, or a copy of a host.
 */
#pragma once

#include "core/descriptor.h"
#include "ctl/context.h"

/*
 * Of --root: below a directory (a dump, a sample host) what the reader finds, in a process of its own; of a file (or
 * "-") the host document in it. Without --root the daemon's; ids (or NULL) then say which devices are wanted.
 */
int host_source_document(struct context *c, char *const *ids, struct document **ret_document);
