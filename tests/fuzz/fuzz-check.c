/*
 * Any bytes as what a vendor's check printed: refused with a reason, or within the limits that all others rely on.
 */
#include <stdint.h>
#include <stdio.h>

#include "core/check-json.h"
#include "core/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact, const char *what) {
        if (fact)
                return;
        fprintf(stderr, "%s\n", what);
        abort();
}

static bool is_utf8(const char *s) {
        size_t left = strlen(s);

        while (left > 0) {
                size_t k = utf8_sequence(s, left);

                if (k == 0)
                        return false;
                s += k;
                left -= k;
        }
        return true;
}

static void try_verdict(const char *text, size_t n) {
        _cleanup_(word_free_cleanup) struct word *w = NULL;
        struct json_error error = { "" };

        if (check_parse_verdict(text, n, &w, &error) < 0) {
                require(error.message[0] && !w, "refused without a reason");
                return;
        }
        require(w->answer == WORD_YES || w->answer == WORD_NO || w->answer == WORD_UNKNOWN, "not a check's answer");
        require(!w->code || (w->answer == WORD_NO && *w->code && strlen(w->code) <= 64), "not a code");
        require(!w->message || (strlen(w->message) <= 1024 && is_utf8(w->message)), "not a message");
}

static void try_facts(const char *text, size_t n) {
        _cleanup_(entries_done) struct entries facts = {};
        struct json_error error = { "" };

        if (check_parse_facts(text, n, &facts, &error) < 0) {
                require(error.message[0] && !facts.v, "refused without a reason");
                return;
        }
        require(facts.n <= 64, "too many facts");
        for (size_t i = 0; i < facts.n; i++)
                require(strchr(facts.v[i].name, '.') && strlen(facts.v[i].value) <= 4096, "not a fact");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct json_error error = { "" };
        unsigned verbs = 0;

        if (check_parse_capabilities((const char *)data, size, &verbs, &error) < 0)
                require(error.message[0] && verbs == 0, "refused without a reason");
        else
                require(verbs <= (CHECK_VERB_CHECK | CHECK_VERB_DESCRIBE), "an unknown verb");
        try_verdict((const char *)data, size);
        try_facts((const char *)data, size);
        return 0;
}
