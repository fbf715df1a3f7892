/*
 * Candidates as blocks: verdict and evidence, each reason with its origin and remedy, each action with its commands.
 * Owns nothing; whatever report it is given, a command holds checked words only (core/command.h).
 */
#include "ctl/candidates-view.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/command.h"
#include "ctl/commands-view.h"
#include "ctl/words.h"
#include "util/alloc.h"

/* Where messages begin: behind the result. */
#define MESSAGE_COLUMN 13

void action_words(struct json_object *action, struct text *t) {
        const char *kind = tree_string(action, "action"), *value = tree_string(action, "value");

        text_add(t, kind ?: "?");
        if (str_equal(kind, "set") && tree_string(action, "param"))
                text_addf(t, " %s=%s", tree_string(action, "param"), value ?: "?");
        else if (tree_string(action, "param"))
                text_addf(t, " %s", tree_string(action, "param"));
        else if (tree_string(action, "driver"))
                text_addf(t, " %s", tree_string(action, "driver"));
        else if (tree_string(action, "mdevType"))
                text_addf(t, " %s", tree_string(action, "mdevType"));
}

static const char *first_address(struct json_object *candidate) {
        struct json_object *first = tree_at(tree_array(candidate, "addresses"), 0);

        return json_object_is_type(first, json_type_string) ? json_object_get_string(first) : NULL;
}

static bool is_creatable(struct json_object *candidate) {
        return str_equal(tree_string(candidate, "kind"), "creatable");
}

/* What the device was given, if it is of this class; else NULL. */
static const char *chosen_address(struct json_object *device, struct json_object *candidate) {
        struct json_object *target = json_object_object_get(device, "target");
        struct json_object *addresses = tree_array(candidate, "addresses");
        _cleanup_free_ char *type = NULL;
        const char *name;

        if (!json_object_is_type(target, json_type_object))
                return NULL;
        name = tree_string(target, "address");
        if (str_equal(tree_string(target, "kind"), "creatable"))
                name = type = xasprintf("type:%s/%s", tree_string(target, "parent") ?: "",
                                        tree_string(target, "mdevType") ?: "");
        for (size_t i = 0; name && i < tree_length(addresses); i++) {
                struct json_object *address = tree_at(addresses, i);

                if (json_object_is_type(address, json_type_string) && str_equal(json_object_get_string(address), name))
                        return json_object_get_string(address);
        }
        return NULL;
}

/* What a person wants to read first: what it is to be, what it could be, and of what it cannot be its own kind. */
enum nearness {
        CHOSEN,
        FITS,
        FITS_PREPARED,
        NOT_KNOWN,
        SAME_KIND,
        OTHER_KIND,
        _NEARNESS_MAX,
};

static enum nearness nearness_of(struct json_object *device, struct json_object *candidate) {
        static const char *const verdicts[] = { "compatible", "needs-configuration", "unknown" };
        struct json_object *reasons = tree_array(candidate, "reasons");

        if (chosen_address(device, candidate))
                return CHOSEN;
        for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
                if (str_equal(tree_string(candidate, "verdict"), verdicts[i]))
                        return (enum nearness)(FITS + i);
        for (size_t i = 0; i < tree_length(reasons); i++)
                if (str_equal(tree_string(tree_at(reasons, i), "code"), "model-mismatch"))
                        return OTHER_KIND;
        return SAME_KIND;
}

static void add_line(const struct context *c, struct text *out, const char *head, enum colour colour,
                     const char *message, const char *origin) {
        _cleanup_text_ struct text escaped = {}, label = {};

        terminal_escape(&c->out, &label, head);
        text_addf(out, "    %s%-8s%s ", terminal_on(&c->out, colour), label.data ?: "", terminal_off(&c->out, colour));
        text_add(&escaped, "");
        terminal_escape(&c->out, &escaped, message);
        if (origin) {
                text_add(&escaped, " [");
                terminal_escape(&c->out, &escaped, origin);
                text_add(&escaped, "]");
        }
        text_wrap(&c->out, out, escaped.data, MESSAGE_COLUMN);
        text_add(out, "\n");
}

static enum colour result_colour(const char *result) {
        if (!result || str_equal(result, "note"))
                return COLOUR_GREY;
        return str_equal(result, "fail") ? COLOUR_RED : COLOUR_YELLOW;
}

static void add_reason(const struct context *c, struct text *out, struct json_object *reason) {
        const char *result = tree_string(reason, "result"), *remedy = tree_string(reason, "remedy");

        add_line(c, out, result ?: "?", result_colour(result), tree_string(reason, "message") ?: tree_string(reason, "code") ?: "?",
                 tree_string(reason, "origin"));
        /* What an action's remedy says is said again as what is to be done. */
        if (remedy && !str_equal(result, "action"))
                add_line(c, out, "", COLOUR_NONE, remedy, NULL);
}

/* The reason that an action is for: it has the field and, where it is known, where the value is. */
static struct json_object *find_reason(struct json_object *candidate, const char *field) {
        struct json_object *reasons = tree_array(candidate, "reasons");

        for (size_t i = 0; i < tree_length(reasons); i++)
                if (str_equal(tree_string(tree_at(reasons, i), "field"), field))
                        return tree_at(reasons, i);
        return NULL;
}

static char *action_command(struct json_object *candidate, const char *address, struct json_object *action) {
        const char *kind = tree_string(action, "action");
        const char *param = tree_string(action, "param"), *now, *origin;
        _cleanup_free_ char *field = NULL;

        if (str_equal(kind, "create"))
                return command_create(tree_string(action, "parent"), tree_string(action, "mdevType"));
        if (is_creatable(candidate))
                return NULL;
        if (str_equal(kind, "bind")) {
                now = tree_string(find_reason(candidate, "driver"), "target");
                return command_bind(address, tree_string(action, "driver"), now && *now);
        }
        if (!str_equal(kind, "set") || !param)
                return NULL;
        field = str_equal(param, "version") ? xstrdup(param) : xasprintf("params.%s", param);
        origin = tree_string(find_reason(candidate, field), "origin");
        return command_set(address, origin, tree_string(action, "value"));
}

/* What the device itself is asked about, rather than the pair. */
static bool explains_itself(const char *code) {
        static const char *const codes[] = {
                "not-migratable",    "migration-unknown", "p2p-required", "group-not-viable", "model-missing",
                "params-incomplete", "param-unreadable",  "fact-missing", "not-bound",
        };

        for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
                if (str_equal(code, codes[i]))
                        return true;
        return false;
}

static void add_actions(const struct context *c, struct text *out, struct json_object *candidate, const char *address) {
        struct json_object *actions = tree_array(candidate, "actions");

        for (size_t i = 0; i < tree_length(actions); i++) {
                _cleanup_free_ char *command = action_command(candidate, address, tree_at(actions, i));
                _cleanup_text_ struct text words = {};

                action_words(tree_at(actions, i), &words);
                add_line(c, out, "do", COLOUR_BOLD, words.data, NULL);
                commands_view(&c->out, out, command, MESSAGE_COLUMN);
        }
}

static void add_hint(const struct context *c, struct text *out, struct json_object *candidate, const char *address) {
        struct json_object *reasons = tree_array(candidate, "reasons");

        for (size_t i = 0; i < tree_length(reasons); i++) {
                struct json_object *reason = tree_at(reasons, i);
                const char *result = tree_string(reason, "result");

                if (!explains_itself(tree_string(reason, "code")) ||
                    (!str_equal(result, "fail") && !str_equal(result, "unknown")))
                        continue;
                if (command_word_valid(address)) {
                        _cleanup_free_ char *words = xasprintf("vfiomigctl explain %s", address);

                        add_line(c, out, "see", COLOUR_BOLD, words, NULL);
                }
                return;
        }
}

static void add_candidate(const struct context *c, struct text *out, struct json_object *device,
                          struct json_object *candidate) {
        struct json_object *reasons = tree_array(candidate, "reasons"),
                           *count = json_object_object_get(candidate, "count");
        uint64_t n = json_object_is_type(count, json_type_int) ? json_object_get_uint64(count)
                                                               : tree_length(tree_array(candidate, "addresses"));
        const char *verdict = tree_string(candidate, "verdict"), *evidence = tree_string(candidate, "evidence");
        const char *chosen = chosen_address(device, candidate), *address = chosen ?: first_address(candidate);
        enum colour colour = verdict_colour(verdict);

        text_add(out, "  ");
        terminal_escape(&c->out, out, address ?: "?");
        if (is_creatable(candidate))
                text_addf(out, ", %" PRIu64 " available", n);
        else if (n > 1)
                text_addf(out, " and %" PRIu64 " more", n - 1);
        text_addf(out, "%s: %s", chosen ? " (chosen)" : "", terminal_on(&c->out, colour));
        terminal_escape(&c->out, out, verdict ?: "?");
        text_addf(out, "%s, evidence ", terminal_off(&c->out, colour));
        terminal_escape(&c->out, out, evidence ?: "?");
        text_add(out, "\n");
        for (size_t i = 0; i < tree_length(reasons); i++)
                add_reason(c, out, tree_at(reasons, i));
        if (tree_length(reasons) == 0 && str_equal(verdict, "compatible"))
                add_line(c, out, "", COLOUR_NONE, "fits as it is", NULL);
        /* What would not help need not be done. */
        if (!str_equal(verdict, "incompatible"))
                add_actions(c, out, candidate, address);
        add_hint(c, out, candidate, address);
}

void candidates_view(const struct context *c, struct json_object *devices, struct text *out) {
        bool any = false;

        for (size_t i = 0; i < tree_length(devices); i++) {
                struct json_object *device = tree_at(devices, i), *candidates = tree_array(device, "candidates");

                if (tree_length(candidates) == 0)
                        continue;
                if (!any && c->legend)
                        text_add(out, "\nWhat was considered for each device, and why not (commands: as root, on the "
                                      "target):\n");
                any = true;
                text_addf(out, "\n%s", terminal_on(&c->out, COLOUR_BOLD));
                terminal_escape(&c->out, out, tree_string(device, "id") ?: "?");
                text_addf(out, "%s\n", terminal_off(&c->out, COLOUR_BOLD));
                for (enum nearness near = 0; near < _NEARNESS_MAX; near++)
                        for (size_t k = 0; k < tree_length(candidates); k++)
                                if (nearness_of(device, tree_at(candidates, k)) == near)
                                        add_candidate(c, out, device, tree_at(candidates, k));
        }
}
