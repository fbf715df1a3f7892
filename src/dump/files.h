/*
 * What a dump holds besides sysfs: the kernel's release and options, the aliases of VFIO drivers, model and pool files.
 */
#pragma once

#include "dump/copy.h"

/* ret_modules: the modules that VFIO aliases name; a vector of the caller's. */
void files_copy(struct copy *c, char ***ret_modules);
/* NOTES: what this is, and what is not in it. */
void files_write_notes(struct copy *c);
