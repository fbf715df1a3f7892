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
#include "host/inuse.h"
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
        /* Of one request; host_forget() empties them. */
        struct places places;
        struct aliases aliases;
        bool aliases_read;
        /* What is known of the helper; times are CLOCK_BOOTTIME, usec. */
        struct {
                bool none; /* there is none for us: not asked again in this request */
                bool slow; /* it did not say in time who holds what: not waited for that again in this request */
                uint64_t waited_usec; /* for what it said of one key */
                /* What costs it a process, or keeps one for ever, is not asked over and over. */
                uint64_t no_debugfs_until; /* it said that no device has any */
                struct silence {
                        char *address; /* a driver kept it */
                        uint64_t until;
                } * silent;
                size_t n_silent;
        } helper;
        /* Of all requests of a second. */
        struct inuse inuse;
        uint64_t inuse_until; /* 0: not read */
        /* The helper that is asked for everything, as long as no driver keeps it. */
        bool connected;
        int connection;
        bool holders_asked;     /* who holds what; it may still answer */
        uint64_t holders_since; /* when it had not yet */
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
/* Who holds what, at most a second old; of a fake host, at most as old as the request. */
const struct inuse *host_inuse(struct host *h);
/* A key begins (probe.h), for which the helper may be waited for. */
void host_begin(struct host *h);
/*
 * Asks the helper about a device, or what is on a parent. 0, or its answer's errno, -ETIMEDOUT, or -ENOTCONN where it
 * was not asked, as there is none for us. Waits no longer for one key than a silent reader is waited for.
 */
int host_ask(struct host *h, const char *address, const struct text *request, char **ret_field, size_t *ret_length);
/* CLOCK_BOOTTIME, usec. */
uint64_t host_now(void);
/* Whether it is of use to ask for migration-state; and that it is not. */
bool host_has_debugfs(const struct host *h);
void host_no_debugfs(struct host *h);
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
