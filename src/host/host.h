/*
 * Everything that is known of the host besides its devices, and what one request found out on its way.
 *
 * Owned by the reader's main(). The daemon's own process does not have one: a read here can hang for ever.
 */
#pragma once

#include "core/descriptor.h"
#include "host/aliases.h"
#include "host/debugfs-memory.h"
#include "host/devlink-memory.h"
#include "host/helper-link.h"
#include "host/kernel.h"
#include "host/modelstore.h"
#include "host/places.h"
#include "host/sysfs.h"
#include "util/strv.h"

struct host {
        struct sysfs sysfs;
        struct kernel kernel;
        struct modelstore store;
        /*
         * What devlink and debugfs said lasts longer than a request, for those who sweep: a cheap request asks neither
         * devlink nor debugfs for what is known of them since a time (CLOCK_BOOTTIME, usec).
         */
        struct devlink_memory devlink;
        struct debugfs_memory debugfs; /* "" for nothing */
        bool cheap;
        uint64_t cheap_since;
        struct helper_link helper;
        /* Of one request; host_forget() empties them. */
        struct places places;
        struct aliases aliases;
        bool aliases_read;
};

/* root: NULL for the real one. No model files are read. */
int host_open(struct host *h, const char *root);
/* The same, and host_reload(), whose warnings are in store: for those to whom it does not matter if that failed. */
int host_init(struct host *h, const char *root);
void host_done(struct host *h);
#define _cleanup_host_ _cleanup_(host_done)
/* A new request begins, which is not cheap: looks at everything afresh but the model files. */
void host_forget(struct host *h);
/* Reads the model and pool files again; -errno if that failed: the old ones stay, and warnings say why. */
int host_reload(struct host *h);
/* Takes what another host's store.text says instead. */
int host_load(struct host *h, const char *store_text, size_t length);

/* What is read when it is first asked for. */
const struct aliases *host_aliases(struct host *h);
/* Borrowed until the next call. */
const struct devlink *host_devlink(struct host *h, const char *instance, bool ports);

/* All there is: the head, devices and creatables (the models in force stay in store). */
struct document *host_describe(struct host *h);
/* The same as a host document, models and all. */
void host_format(struct host *h, struct text *t);
/* The parts that the daemon asks for one by one, each a document: the head, and the models in force. */
void host_format_head(const struct host *h, struct text *t);
void host_format_models(const struct host *h, struct text *t);
/* The same of the i-th model only. */
void host_format_model(const struct host *h, size_t i, struct text *t);
