/*
 * Judges one question a line, for tests: reads {"source":...,"target":...} lines, writes a report or {"error":"..."}
 * each.
 *
 * Links core only, so that it shows what core alone decides: default policy.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

#include "core/answer.h"
#include "core/descriptor-json.h"

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

static int answer_line(const char *line, struct text *t, struct json_error *error) {
        _cleanup_(document_free_cleanup) struct document *source = NULL, *host = NULL;
        _cleanup_(inventory_unref_cleanup) struct inventory *target = NULL;
        _cleanup_(report_free_cleanup) struct report *report = NULL;
        struct policy policy = POLICY_DEFAULT;
        struct question q;
        int r;

        r = parse_member(line, "source", DOCUMENT_SOURCE, &source, error);
        if (r >= 0)
                r = parse_member(line, "target", DOCUMENT_HOST, &host, error);
        if (r < 0)
                return r;
        target = inventory_new(take_ptr(host));
        q = (struct question){ .source = source, .target = target, .policy = &policy, .now = time(NULL) };
        r = question_answer(&q, &report, NULL);
        if (r >= 0)
                report_format(report, t);
        return r;
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
