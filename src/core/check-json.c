/*
 * What vendors' checks say, read as strictly as everything else that is somebody else's.
 */
#include "core/check-json.h"

#include <errno.h>

#include "core/descriptor-json.h"
#include "core/json-emit.h"
#include "core/json-place.h"
#include "core/parts-json.h"
#include "core/utf8.h"
#include "util/alloc.h"

#define CODE_MAX 64u
#define MESSAGE_MAX 1024u
#define FACTS_MAX 64u
#define FACT_NAME_MAX 64u
#define FACT_VALUE_MAX 4096u /* as much as an attribute can hold */

static const struct json_limits limits = { CHECK_OUTPUT_MAX, 16 };

static const struct {
        const char *word;
        enum word_answer answer;
} verdicts[] = {
        { "compatible", WORD_YES },
        { "incompatible", WORD_NO },
        { "unknown", WORD_UNKNOWN },
};

static const struct {
        const char *word;
        enum check_verbs verb;
} verbs[] = {
        { "check", CHECK_VERB_CHECK },
        { "describe", CHECK_VERB_DESCRIBE },
};

static bool letters_only(const char *s, size_t max) {
        size_t n = strlen(s);

        for (const char *c = s; *c; c++)
                if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                      strchr("._-", *c)))
                        return false;
        return n > 0 && n <= max;
}

/* At most max bytes, and no character cut in two. */
static void message_cut(char *s, size_t max) {
        size_t n = strlen(s), i = 0;

        if (n <= max)
                return;
        for (;;) {
                size_t k = utf8_sequence(s + i, n - i);

                if (k == 0 || i + k > max)
                        break;
                i += k;
        }
        s[i] = '\0';
}

int check_parse_capabilities(const char *text, size_t n, unsigned *ret_verbs, struct json_error *ret_error) {
        struct json_place root = json_place_root(ret_error);
        struct json_place schema_at = json_place_key(&root, "schema"), verbs_at = json_place_key(&root, "verbs");
        _cleanup_(json_object_cleanup) struct json_object *o = NULL;
        _cleanup_(strv_free_cleanup) char **list = NULL;
        _cleanup_free_ char *schema = NULL;
        unsigned set = 0;
        int r;

        r = json_tree_parse(text, n, &limits, &o, ret_error);
        if (r < 0)
                return r == -E2BIG ? -EBADMSG : r;
        r = json_member_string(&root, o, "schema", &schema);
        if (r < 0)
                return r;
        if (!str_equal(schema, CHECK_SCHEMA))
                return json_place_fail(&schema_at, schema ? "not " CHECK_SCHEMA : "missing");
        r = json_member_strings(&root, o, "verbs", &list);
        if (r < 0)
                return r;
        if (!list)
                return json_place_fail(&verbs_at, "missing");
        for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
                if (strv_contains(list, verbs[i].word))
                        set |= verbs[i].verb;
        *ret_verbs = set;
        return 0;
}

static int verdict_from_json(const struct json_place *p, struct json_object *o, enum word_answer *ret) {
        struct json_place at = json_place_key(p, "verdict");
        _cleanup_free_ char *word = NULL;
        int r;

        r = json_member_string(p, o, "verdict", &word);
        if (r < 0)
                return r;
        if (!word)
                return json_place_fail(&at, "missing");
        for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
                if (str_equal(word, verdicts[i].word)) {
                        *ret = verdicts[i].answer;
                        return 0;
                }
        return json_place_fail(&at, "expected \"compatible\", \"incompatible\" or \"unknown\"");
}

int check_parse_verdict(const char *text, size_t n, struct word **ret_word, struct json_error *ret_error) {
        struct json_place root = json_place_root(ret_error), code_at = json_place_key(&root, "code");
        _cleanup_(json_object_cleanup) struct json_object *o = NULL;
        _cleanup_free_ char *code = NULL, *message = NULL;
        enum word_answer answer = WORD_UNKNOWN;
        int r;

        r = json_tree_parse(text, n, &limits, &o, ret_error);
        if (r < 0)
                return r == -E2BIG ? -EBADMSG : r;
        r = verdict_from_json(&root, o, &answer);
        if (r < 0)
                return r;
        r = json_member_string(&root, o, "code", &code);
        if (r < 0)
                return r;
        if (code && !letters_only(code, CODE_MAX))
                return json_place_fail(&code_at, "expected 1 to %u of A-Z, a-z, 0-9, '.', '_' and '-'", CODE_MAX);
        r = json_member_string(&root, o, "message", &message);
        if (r < 0)
                return r;
        if (message)
                message_cut(message, MESSAGE_MAX);
        /* A code belongs to a no. Elsewhere it is better than nothing to read. */
        if (answer == WORD_NO)
                *ret_word = word_new(answer, code, message);
        else
                *ret_word = word_new(answer, NULL, message ? message : code);
        return 0;
}

/* In at least two parts, the first of which says whose it is: "nvidia.vgpuType". */
static bool fact_name_valid(const char *s) {
        const char *dot = strchr(s, '.');

        if (!dot || dot == s || strstr(s, "..") || s[strlen(s) - 1] == '.')
                return false;
        return letters_only(s, FACT_NAME_MAX);
}

int check_parse_facts(const char *text, size_t n, struct entries *ret_facts, struct json_error *ret_error) {
        struct json_place root = json_place_root(ret_error), facts_at = json_place_key(&root, "facts");
        _cleanup_(json_object_cleanup) struct json_object *o = NULL;
        _cleanup_(entries_done) struct entries facts = {};
        int r;

        r = json_tree_parse(text, n, &limits, &o, ret_error);
        if (r < 0)
                return r == -E2BIG ? -EBADMSG : r;
        if (!json_object_object_get_ex(o, "facts", NULL))
                return json_place_fail(&facts_at, "missing");
        r = entries_from_json(&root, o, "facts", ENTRIES_STRINGS, &facts);
        if (r < 0)
                return r == -E2BIG ? -EBADMSG : r;
        if (facts.n > FACTS_MAX)
                return json_place_fail(&facts_at, "more than %u facts", FACTS_MAX);
        for (size_t i = 0; i < facts.n; i++) {
                struct json_place at = json_place_key(&facts_at, facts.v[i].name);

                if (!fact_name_valid(facts.v[i].name))
                        return json_place_fail(&at, "not a fact's name");
                if (strlen(facts.v[i].value) > FACT_VALUE_MAX)
                        return json_place_fail(&at, "more than %u bytes", FACT_VALUE_MAX);
        }
        *ret_facts = facts;
        facts = (struct entries){};
        return 0;
}

static void device_member(const char *key, const struct device *device, struct text *t) {
        json_emit_key(t, key);
        device_format_lasting(device, t);
}

void check_format_pair(const struct device *source, const struct device *target, struct text *t) {
        text_add(t, "{");
        device_member("source", source, t);
        device_member("target", target, t);
        text_add(t, "}");
}

void check_format_device(const struct device *device, struct text *t) {
        text_add(t, "{");
        device_member("device", device, t);
        text_add(t, "}");
}
