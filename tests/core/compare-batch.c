/*
 * Judges one question a line, for tests: reads {"source":...,"target":...} lines, writes a report or {"error":"..."}
 * each. A line may also have
 *
 *     "words": {"drivers": [{"target" (or "parent", "mdevType"), "token", "answer", "code", "message"}],
 *               "checks": [{"check", "answer", "code", "message"}]}    what was said; of a check of all pairs
 *     "mayAsk": true    then the report has "open" besides
 *     "flags", "minimumEvidence"
 *
 * Links core only, so that it shows what core alone decides: default policy.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

#include "core/answer.h"
#include "core/descriptor-json.h"
#include "core/json-emit.h"
#include "core/side.h"

/* The text of a member of a line, as it is written there: json-c must not repair what the strict reader shall see. */
static const char *find_member(const char *line, const char *key, size_t *ret_length) {
        _cleanup_text_ struct text pattern = {};
        int depth = 0;

        text_addf(&pattern, "\"%s\":", key);
        for (const char *s = line; *s; s++) {
                if (depth == 1 && strncmp(s, pattern.data, pattern.length) == 0) {
                        const char *start = s + pattern.length;

                        for (s = start; *s; s++) {
                                if (*s == '"')
                                        for (s++; *s && *s != '"'; s++)
                                                s += *s == '\\' && s[1];
                                else if (*s == '{' || *s == '[')
                                        depth++;
                                else if (*s == '}' || *s == ']')
                                        depth--;
                                if (!*s || (depth == 1 && (s[1] == ',' || s[1] == '}')) || depth < 1)
                                        break;
                        }
                        *ret_length = (size_t)(s - start) + (*s && depth == 1);
                        return start;
                }
                if (*s == '"')
                        for (s++; *s && *s != '"'; s++)
                                s += *s == '\\' && s[1];
                else if (*s == '{' || *s == '[')
                        depth++;
                else if (*s == '}' || *s == ']')
                        depth--;
                if (!*s)
                        break;
        }
        return NULL;
}

static int parse_member(const char *line, const char *key, enum document_kind kind, struct document **ret,
                        struct json_error *error) {
        size_t n = 0;
        const char *text = find_member(line, key, &n);

        if (!text) {
                json_error_set(error, "the line has no %s", key);
                return -EBADMSG;
        }
        return document_parse(text, n, kind, ret, error);
}

static json_object *parse_extra(const char *line, const char *key) {
        size_t n = 0;
        const char *text = find_member(line, key, &n);
        json_tokener *tokener = json_tokener_new();
        json_object *o = text ? json_tokener_parse_ex(tokener, text, (int)n + 1) : NULL;

        json_tokener_free(tokener);
        return o;
}

static const char *get(json_object *o, const char *key) {
        json_object *v;

        return json_object_object_get_ex(o, key, &v) ? json_object_get_string(v) : NULL;
}

static struct word *make_word(json_object *o) {
        static const char *const answers[] = {
                [WORD_YES] = "yes",
                [WORD_NO] = "no",
                [WORD_UNKNOWN] = "unknown",
                [WORD_NOT_MINE] = "not-mine",
                [WORD_NOT_ASKED] = "not-asked",
        };

        for (unsigned i = 0; i < ARRAY_SIZE(answers); i++)
                if (str_equal(get(o, "answer"), answers[i]))
                        return word_new(i, get(o, "code"), get(o, "message"));
        fprintf(stderr, "compare-batch: no answer in %s\n", json_object_to_json_string(o));
        exit(1);
}

static bool speaks_of(json_object *o, const struct device *d) {
        return d->traits->creatable
                       ? str_equal(get(o, "parent"), d->parent) && str_equal(get(o, "mdevType"), d->traits->mdev_type)
                       : str_equal(get(o, "target"), d->address);
}

static void put_driver(struct words *words, const struct inventory *target, json_object *o) {
        for (size_t i = 0; i < inventory_length(target); i++) {
                const struct device *d = inventory_at(target, i);
                _cleanup_text_ struct text key = {};

                if (speaks_of(o, d) && word_key_version(d, get(o, "token"), &key))
                        words_put(words, key.data, make_word(o));
        }
}

static void put_check(struct words *words, const struct document *source, const struct inventory *target,
                      json_object *o) {
        for (size_t i = 0; i < source->n_devices; i++) {
                struct side side;

                side_init(&side, source->devices[i], &target->document->models, &source->models);
                side_describe(&side);
                for (size_t k = 0; k < target->n_classes; k++) {
                        _cleanup_text_ struct text key = {};

                        if (!target->classes[k].side.class_text)
                                continue;
                        word_key_check(get(o, "check"), side.class_text, target->classes[k].side.class_text, &key);
                        words_put(words, key.data, make_word(o));
                }
                side_done(&side);
        }
}

/* NULL where the line has none. */
static struct words *parse_words(const char *line, const struct document *source, const struct inventory *target) {
        json_object *o = parse_extra(line, "words"), *list;
        struct words *words = o ? words_new() : NULL;

        for (size_t i = 0; json_object_object_get_ex(o, "drivers", &list) && i < json_object_array_length(list); i++)
                put_driver(words, target, json_object_array_get_idx(list, i));
        for (size_t i = 0; json_object_object_get_ex(o, "checks", &list) && i < json_object_array_length(list); i++)
                put_check(words, source, target, json_object_array_get_idx(list, i));
        json_object_put(o);
        return words;
}

/* Into the report's object: "driver <token> at <target>", "check <name> of <source> at <target>". */
static void format_open(const struct open_questions *open, struct text *t) {
        t->length--;
        json_emit_key(t, "open");
        text_add(t, "[");
        for (size_t i = 0; i < open->n; i++) {
                const struct open_question *o = &open->v[i];
                _cleanup_text_ struct text one = {};

                if (o->kind == WORD_CHECK)
                        text_addf(&one, "check %s of %s at ", o->check, o->source->id);
                else
                        text_addf(&one, "driver %s at ", o->token);
                if (o->target->traits->creatable)
                        text_addf(&one, "%s/%s", o->target->parent, o->target->traits->mdev_type);
                else
                        text_add(&one, o->target->address ?: "?");
                json_emit_comma(t);
                json_emit_string(t, one.data);
        }
        text_add(t, "]}");
}

static int read_extras(const char *line, struct question *q, struct policy *policy) {
        json_object *may_ask = parse_extra(line, "mayAsk"), *flags = parse_extra(line, "flags");
        json_object *minimum = parse_extra(line, "minimumEvidence");
        int r = 0;

        q->may_ask = json_object_get_boolean(may_ask);
        q->flags = json_object_get_uint64(flags);
        if (minimum)
                r = evidence_from_string(json_object_get_string(minimum), &policy->minimum_evidence);
        json_object_put(may_ask);
        json_object_put(flags);
        json_object_put(minimum);
        return r;
}

static int answer_line(const char *line, struct text *t, struct json_error *error) {
        _cleanup_(document_free_cleanup) struct document *source = NULL, *host = NULL;
        _cleanup_(inventory_unref_cleanup) struct inventory *target = NULL;
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        _cleanup_(words_free_cleanup) struct words *words = NULL;
        struct policy policy = POLICY_DEFAULT;
        struct question q;
        int r;

        r = parse_member(line, "source", DOCUMENT_SOURCE, &source, error);
        if (r >= 0)
                r = parse_member(line, "target", DOCUMENT_HOST, &host, error);
        if (r < 0)
                return r;
        target = inventory_new(take_ptr(host));
        words = parse_words(line, source, target);
        q = (struct question){
                .source = source, .target = target, .policy = &policy, .words = words, .now = time(NULL)
        };
        r = read_extras(line, &q, &policy);
        if (r >= 0)
                r = question_answer(&q, &report, NULL);
        if (r < 0)
                return r;
        report_format(report, t);
        if (q.may_ask)
                format_open(&report->open, t);
        return 0;
}

int main(void) {
        _cleanup_free_ char *line = NULL;
        size_t size = 0;

        while (getline(&line, &size, stdin) > 0) {
                _cleanup_text_ struct text t = {};
                struct json_error error = {};

                line[strcspn(line, "\n")] = '\0';
                if (answer_line(line, &t, &error) < 0) {
                        json_object *o = json_object_new_object();

                        json_object_object_add(o, "error", json_object_new_string(error.message));
                        puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
                        json_object_put(o);
                } else
                        puts(t.data);
        }
        return 0;
}
