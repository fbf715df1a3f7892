/*
 * Verdicts and the like in a person's words. Owns nothing.
 */
#include "ctl/words.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
        const char *verdict;
        const char *word;
        enum colour colour;
        int status;
} verdicts[] = {
        { "compatible", "yes", COLOUR_GREEN, STATUS_OK },
        { "needs-configuration", "config", COLOUR_YELLOW, STATUS_NEEDS_CONFIGURATION },
        { "unknown", "?", COLOUR_YELLOW, STATUS_UNKNOWN },
        { "incompatible", "no", COLOUR_RED, STATUS_INCOMPATIBLE },
};

static size_t verdict_find(const char *verdict) {
        size_t i = 0;

        while (i < ARRAY_SIZE(verdicts) && !str_equal(verdicts[i].verdict, verdict))
                i++;
        return i;
}

enum colour verdict_colour(const char *verdict) {
        size_t i = verdict_find(verdict);

        return i < ARRAY_SIZE(verdicts) ? verdicts[i].colour : COLOUR_NONE;
}

int verdict_status(const char *verdict, bool fits_if_free) {
        size_t i = verdict_find(verdict);

        if (i == ARRAY_SIZE(verdicts))
                return STATUS_ERROR;
        return verdicts[i].status == STATUS_INCOMPATIBLE && fits_if_free ? STATUS_NONE_FREE : verdicts[i].status;
}

const char *verdict_short(const char *verdict) {
        size_t i = verdict_find(verdict);

        return i < ARRAY_SIZE(verdicts) ? verdicts[i].word : "?";
}

const char *tri_to_string(enum tri t) {
        return t == TRI_YES ? "yes" : t == TRI_NO ? "no" : "unknown";
}

enum colour tri_colour_of_use(enum tri in_use) {
        return in_use == TRI_YES ? COLOUR_YELLOW : in_use == TRI_NO ? COLOUR_GREEN : COLOUR_GREY;
}

const char *version_words(const struct traits *t, char buffer[static 16]) {
        if (!t->has_version)
                return "";
        snprintf(buffer, 16, "%" PRIu32, t->version);
        return buffer;
}

const char *plural(size_t n, const char *one, const char *many) {
        return n == 1 ? one : many;
}
