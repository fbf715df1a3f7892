/*
 * The setup of a device: its version and parameters, as it stands or after a plan was carried out.
 *
 * Pure. "Effective" values are the expansion of the version, overridden by the device's own parameters. All strings
 * are borrowed from the device, its model and the plan.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/descriptor.h"
#include "core/verdict.h"

struct setup {
        bool has_version;
        bool version_read; /* false: there is one, but reading it failed; it equals none */
        uint32_t version;
        const struct entries *expansion; /* what the version stands for, NULL if it does not expand */
        const struct entry *values;      /* effective, sorted by name; NULL values could not be read */
        size_t n_values;
        struct entry *own; /* where values is not the device's own list of parameters */
        enum tri complete_given;
        enum evidence evidence; /* the weakest origin of the version and of all effective values */
};

/* The device's as it stands. expansion: of its version, or NULL. */
void setup_init(struct setup *s, const struct traits *t, const struct entries *expansion);
void setup_copy(struct setup *to, const struct setup *from);
void setup_done(struct setup *s);
#define _cleanup_setup_ _cleanup_(setup_done)

/* After "set version": the version's expansion and nothing else. */
void setup_set_version(struct setup *s, uint32_t version, const struct entries *expansion);
/* After all set and unset actions of a plan but that of the version. */
void setup_carry_out(struct setup *s, const struct actions *plan);

/* NULL if it has no value of that name. */
const struct entry *setup_find(const struct setup *s, const char *name);
/* There is a version and it does not expand. */
bool setup_hides(const struct setup *s);
/* Its values list every active parameter. */
bool setup_complete(const struct setup *s);

/* The evidence that an origin is worth; fallback where none is given. */
enum evidence origin_evidence(const char *origin, enum evidence fallback);
/* That of the model's origin. */
enum evidence traits_model_evidence(const struct traits *t);
