/*
 * What is being asked, and what the answers mean. Nothing is a yes but a driver that took the bytes and a check that
 * said so; a failure is logged once a minute for each check and device.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/check-json.h"
#include "daemon/asker-internal.h"
#include "util/alloc.h"
#include "util/strv.h"

static const char *error_name(int error) {
        return strerrorname_np(error) ? strerrorname_np(error) : "EIO";
}

struct word *asker_word_silent(const struct matter *m) {
        _cleanup_free_ char *message = xasprintf("%s: its driver did not answer, and is left alone for a minute",
                                                 m->what);

        return word_new(WORD_UNKNOWN, "ETIMEDOUT", message);
}

static struct program *program_get(struct asker *a, const char *name) {
        struct program *p = a->programs;

        while (p && !str_equal(p->name, name))
                p = p->next;
        if (!p) {
                p = xnew0(struct program, 1);
                p->name = xstrdup(name);
                p->next = a->programs;
                a->programs = p;
        }
        return p;
}

void programs_reset(struct asker *a) {
        for (struct program *p = a->programs; p; p = p->next)
                if (p->state == PROGRAM_ASKING)
                        p->again = true;
                else
                        p->state = PROGRAM_UNKNOWN;
}

void programs_free(struct asker *a) {
        while (a->programs) {
                struct program *p = a->programs;

                a->programs = p->next;
                free(p->name);
                free(p->why);
                free(p);
        }
}

struct slot *slot_free(struct slot *s) {
        struct asker *a = s->asker;
        struct slot **at = &a->slots;

        while (*at != s)
                at = &(*at)->next;
        *at = s->next;
        if (s->matter && s->matter->stale) /* nobody else has it */
                matters_know(&a->matters, s->matter, NULL, 0);
        check_call_free(s->check);
        helper_call_free(s->helper);
        free(s);
        return NULL;
}

static void on_over(void *userdata) {
        struct slot *s = userdata;
        struct asker *a = s->asker;

        slot_free(s);
        asker_work(a);
}

static struct slot *slot_new(struct asker *a, enum word_kind kind, uid_t uid) {
        struct slot *s = xnew0(struct slot, 1);

        s->asker = a;
        s->kind = kind;
        s->uid = uid;
        s->next = a->slots;
        a->slots = s;
        return s;
}

/* Why there is no answer, for people. */
static char *check_why(const char *name, const struct check_answer *answer) {
        if (answer->why)
                return xasprintf("check %s: %s", name, answer->why);
        return xasprintf("check %s: exited with status %d", name, answer->status);
}

static void check_failed(struct asker *a, struct matter *m, const char *message) {
        _cleanup_free_ char *what = xasprintf("check %s", m->check);

        asker_trouble(a, what, false, message);
        asker_answer(a, m, word_new(WORD_UNKNOWN, NULL, message), usec_now(CLOCK_MONOTONIC) + ASKER_FAILURE_USEC);
}

/* What a check that exited with 0 says; an error with its place if nobody understands it. */
static int word_parse(const struct matter *m, const struct check_answer *answer, struct word **ret,
                      struct json_error *ret_error) {
        struct entries facts = {};
        int r;

        if (m->kind == WORD_CHECK)
                return check_parse_verdict(answer->output, answer->length, ret, ret_error);
        r = check_parse_facts(answer->output, answer->length, &facts, ret_error);
        if (r < 0)
                return r;
        entries_done(&facts);
        *ret = word_new(WORD_YES, NULL, answer->output);
        return 0;
}

static void on_word(void *userdata, const struct check_answer *answer) {
        struct slot *s = userdata;
        struct matter *m = take_ptr(s->matter);
        _cleanup_free_ char *message = NULL;
        uint64_t a_while = usec_now(CLOCK_MONOTONIC) +
                           ASKER_FAILURE_USEC; /* what it lacks to know may come: a library, say */
        struct json_error error = {};
        struct word *word;

        m->state = MATTER_RUNNING;
        if (!answer->why && answer->status == 0 && word_parse(m, answer, &word, &error) >= 0) {
                asker_answer(s->asker, m, word, word->answer == WORD_UNKNOWN ? a_while : UINT64_MAX);
                return;
        }
        if (!answer->why && answer->status == 2) {
                asker_answer(s->asker, m, word_new(WORD_NOT_MINE, NULL, NULL), a_while);
                return;
        }
        message = error.message[0] ? xasprintf("check %s: %s", m->check, error.message) : check_why(m->check, answer);
        check_failed(s->asker, m, message);
}

static void program_failed(struct asker *a, struct program *p, char *why) {
        _cleanup_free_ char *what = xasprintf("check %s", p->name);

        free(p->why);
        p->why = why;
        p->state = PROGRAM_FAILED;
        p->until = usec_now(CLOCK_MONOTONIC) + ASKER_FAILURE_USEC;
        asker_trouble(a, what, false, why);
}

static void on_capabilities(void *userdata, const struct check_answer *answer) {
        struct slot *s = userdata;
        struct program *p = take_ptr(s->program);
        struct json_error error = {};

        if (p->again)
                p->state = PROGRAM_UNKNOWN;
        else if (answer->why || answer->status != 0)
                program_failed(s->asker, p, check_why(p->name, answer));
        else if (check_parse_capabilities(answer->output, answer->length, &p->verbs, &error) < 0)
                program_failed(s->asker, p, xasprintf("check %s: --capabilities: %s", p->name, error.message));
        else
                p->state = PROGRAM_KNOWN;
        p->again = false;
        asker_work(s->asker);
}

static int check_begin(struct slot *s, const char *name, const char *verb, const struct text *input,
                       void (*answered)(void *, const struct check_answer *)) {
        const struct asker *a = s->asker;
        struct check_call_options o = {
                .socket = a->check_socket,
                .runner = a->runner,
                .root = a->root,
                .timeout_usec = a->timeout_usec,
        };

        return check_call_new(a->event, &o, name, verb, input->data, input->length,
                              &(struct check_call_handlers){ answered, on_over }, s, &s->check);
}

static void program_begin(struct asker *a, struct program *p, enum word_kind kind, uid_t uid) {
        struct slot *s = slot_new(a, kind, uid);
        int r;

        s->program = p;
        p->state = PROGRAM_ASKING;
        r = check_begin(s, p->name, "--capabilities", &(struct text){}, on_capabilities);
        if (r < 0) {
                slot_free(s);
                program_failed(a, p,
                               r == -ENOPKG ? xasprintf("check %s: there is nothing to run it", p->name)
                                            : xasprintf("check %s: %s", p->name, strerror(-r)));
        }
}

static const struct check_verb {
        enum check_verbs bit;
        const char *name;
} check_verbs[ASKER_KINDS] = {
        [WORD_CHECK] = { CHECK_VERB_CHECK, "check" },
        [WORD_FACTS] = { CHECK_VERB_DESCRIBE, "describe" },
};

static void matter_check(struct asker *a, struct matter *m, uid_t uid) {
        const struct check_verb *verb = &check_verbs[m->kind];
        struct program *p = program_get(a, m->check);
        _cleanup_text_ struct text input = {};
        _cleanup_free_ char *message = NULL;
        struct slot *s;
        int r;

        if (p->state == PROGRAM_FAILED && usec_now(CLOCK_MONOTONIC) >= p->until)
                p->state = PROGRAM_UNKNOWN;
        if (p->state == PROGRAM_UNKNOWN) {
                program_begin(a, p, m->kind, uid);
                return; /* the matter is still queued */
        }
        assert(p->state != PROGRAM_ASKING);
        if (p->state == PROGRAM_KNOWN && m->kind == WORD_FACTS && !(p->verbs & verb->bit)) { /* few have that */
                asker_answer(a, m, word_new(WORD_NOT_MINE, NULL, NULL), UINT64_MAX);
                return;
        }
        if (p->state == PROGRAM_FAILED || !(p->verbs & verb->bit)) {
                message = p->state == PROGRAM_FAILED ? xstrdup(p->why)
                                                     : xasprintf("check %s: does not know the verb check", p->name);
                check_failed(a, m, message);
                return;
        }
        if (m->kind == WORD_CHECK)
                check_format_pair(m->source, m->target, &input);
        else
                check_format_device(m->target, &input);
        s = slot_new(a, m->kind, uid);
        r = check_begin(s, m->check, verb->name, &input, on_word);
        if (r < 0) {
                slot_free(s);
                message = xasprintf("check %s: %s", m->check, strerror(-r));
                check_failed(a, m, message);
                return;
        }
        s->matter = m;
        m->state = MATTER_RUNNING;
}

/* The driver was not asked, or did not answer. */
static void driver_failed(struct asker *a, struct matter *m, int error) {
        bool silent = error == ETIMEDOUT;
        _cleanup_free_ char *message = NULL;

        if (silent)
                message = xasprintf("%s: its driver did not answer in time", m->what);
        else
                message = xasprintf("%s: its driver could not be asked: %s", m->what, strerror(error));
        if (silent || (error != EBUSY && error != EAGAIN)) /* those come and go */
                asker_trouble(a, m->what, silent, message);
        asker_answer(a, m, word_new(WORD_UNKNOWN, error_name(error), message),
                     usec_now(CLOCK_MONOTONIC) + (silent ? ASKER_FAILURE_USEC : ASKER_DRIVER_USEC));
}

static void on_driver(void *userdata, int failed, int error, int said) {
        struct slot *s = userdata;
        struct matter *m = take_ptr(s->matter);
        _cleanup_free_ char *message = NULL, *code = NULL;
        uint64_t until = usec_now(CLOCK_MONOTONIC) + ASKER_DRIVER_USEC;

        if (failed < 0 || error > 0) {
                /* Only a call of ours that was not answered hangs on; the helper's own ETIMEDOUT is one, too. */
                driver_failed(s->asker, m, failed < 0 ? -failed : error);
                return;
        }
        if (said == 0) {
                asker_answer(s->asker, m, word_new(WORD_YES, NULL, NULL), until);
                return;
        }
        code = strerrorname_np(said) ? xstrdup(strerrorname_np(said)) : xasprintf("%d", said);
        message = xasprintf("%s: its driver refuses it: %s", m->what, strerror(said));
        asker_answer(s->asker, m, word_new(WORD_NO, code, message), until);
}

static void matter_driver(struct asker *a, struct matter *m, uid_t uid) {
        static const struct helper_call_handlers handlers = { on_driver, on_over };
        struct slot *s;
        int r;

        if (asker_silent(a, m->what)) { /* since it was queued */
                asker_answer(a, m, asker_word_silent(m), usec_now(CLOCK_MONOTONIC) + ASKER_DRIVER_USEC);
                return;
        }
        s = slot_new(a, WORD_MIGRATION_VERSION, uid);
        r = helper_call_new(a->event, a->helper_socket, m->what, m->token, a->timeout_usec, &handlers, s, &s->helper);
        if (r >= 0) {
                s->matter = m;
                m->state = MATTER_RUNNING;
                return;
        }
        slot_free(s);
        if (r == -ENOENT || r == -ECONNREFUSED || r == -EACCES)
                asker_answer(a, m, word_new(WORD_NOT_ASKED, NULL, "there is no helper to ask its driver"),
                             usec_now(CLOCK_MONOTONIC) + ASKER_DRIVER_USEC);
        else
                driver_failed(a, m, -r);
}

/* One thing at a time is asked of a device. */
static bool device_busy(const struct asker *a, const char *what) {
        for (const struct slot *s = a->slots; s; s = s->next)
                if (s->helper && s->matter && str_equal(s->matter->what, what))
                        return true;
        return false;
}

static bool check_runs(const struct asker *a, const char *name) {
        for (const struct slot *s = a->slots; s; s = s->next)
                if (s->matter && str_equal(s->matter->check, name))
                        return true;
        return false;
}

/* One that failed within the last minute may hang again: it gets one place, so that other checks find theirs. */
static bool check_ready(struct asker *a, const char *name) {
        _cleanup_free_ char *what = xasprintf("check %s", name);

        return program_get(a, name)->state != PROGRAM_ASKING && !(asker_troubled(a, what) && check_runs(a, name));
}

bool slot_ready(struct asker *a, const struct matter *m) {
        return m->kind == WORD_MIGRATION_VERSION ? !device_busy(a, m->what) : check_ready(a, m->check);
}

void slot_begin(struct asker *a, struct matter *m, uid_t uid) {
        if (m->kind != WORD_MIGRATION_VERSION)
                matter_check(a, m, uid);
        else
                matter_driver(a, m, uid);
}
