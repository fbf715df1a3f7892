/*
 * Who may. Unique names are never used again, so the uid behind one is asked for once.
 */
#include "bus/bus-auth.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bus/bus-error.h"
#include "util/alloc.h"
#include "util/strv.h"

#define SENDERS_MAX 256u
#define ASKS_MAX 64u /* of one user */

struct ask {
        struct auth *auth;
        struct ask *next;
        sd_bus_message *call;
        sd_bus_slot *slot;
        uid_t uid;
        char *action;
        const char *hint;
        auth_then_t then;
        void *userdata;
};

struct auth {
        sd_bus *bus;
        bool polkit;
        struct ask *asks;
        struct {
                char *name;
                uid_t uid;
        } senders[SENDERS_MAX];
        unsigned next_sender;
};

struct auth *auth_new(sd_bus *bus, bool polkit) {
        struct auth *a = xnew0(struct auth, 1);

        a->bus = sd_bus_ref(bus);
        a->polkit = polkit;
        return a;
}

static void ask_free(struct ask *q) {
        for (struct ask **at = &q->auth->asks; *at; at = &(*at)->next)
                if (*at == q) {
                        *at = q->next;
                        break;
                }
        sd_bus_slot_unref(q->slot);
        sd_bus_message_unref(q->call);
        free(q->action);
        free(q);
}

struct auth *auth_free(struct auth *a) {
        if (!a)
                return NULL;
        while (a->asks)
                ask_free(a->asks);
        for (unsigned i = 0; i < SENDERS_MAX; i++)
                free(a->senders[i].name);
        sd_bus_unref(a->bus);
        free(a);
        return NULL;
}

int auth_uid(struct auth *a, sd_bus_message *m, uid_t *ret_uid, sd_bus_error *error) {
        _cleanup_(sd_bus_creds_unrefp) sd_bus_creds *creds = NULL;
        const char *sender = sd_bus_message_get_sender(m);
        uid_t uid;
        int r;

        for (unsigned i = 0; sender && i < SENDERS_MAX && a->senders[i].name; i++)
                if (str_equal(a->senders[i].name, sender)) {
                        *ret_uid = a->senders[i].uid;
                        return 0;
                }
        r = sd_bus_query_sender_creds(m, SD_BUS_CREDS_EUID, &creds);
        if (r >= 0)
                r = sd_bus_creds_get_euid(creds, &uid);
        if (r < 0)
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED, "the bus does not say who %s is: %s",
                                         sender ? sender : "the caller", strerror(-r));
        free(a->senders[a->next_sender].name);
        a->senders[a->next_sender].name = xstrdup(sender);
        a->senders[a->next_sender].uid = uid;
        a->next_sender = (a->next_sender + 1) % SENDERS_MAX;
        *ret_uid = uid;
        return 0;
}

static int refuse(sd_bus_error *error, const char *action, const char *hint, const char *why) {
        return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED, "not allowed (%s): %s%s%s", action, why,
                                 hint ? "; " : "", hint ? hint : "");
}

/* What polkit said: 1 yes, else the error. */
static int judge(struct ask *q, sd_bus_message *reply, sd_bus_error *error) {
        const sd_bus_error *e = sd_bus_message_get_error(reply);
        _cleanup_free_ char *why = NULL;
        int yes, challenge, r;

        if (e) {
                why = xasprintf("polkit cannot be asked (%s), so only root may", e->message ? e->message : e->name);
                return refuse(error, q->action, q->hint, why);
        }
        r = sd_bus_message_enter_container(reply, 'r', "bba{ss}");
        if (r >= 0)
                r = sd_bus_message_read(reply, "bb", &yes, &challenge);
        if (r < 0)
                return refuse(error, q->action, q->hint, "polkit's answer cannot be read");
        if (yes)
                return 1;
        if (challenge)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                                         "%s needs authentication, and the call does not allow for it", q->action);
        return refuse(error, q->action, q->hint, "polkit says no");
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *unused) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        struct ask *q = userdata;
        int r;

        r = judge(q, reply, &error);
        if (r > 0)
                r = sd_bus_message_rewind(q->call, true);
        if (r >= 0)
                r = q->then(q->call, q->uid, q->userdata, &error);
        if (r < 0 || sd_bus_error_is_set(&error))
                sd_bus_reply_method_errno(q->call, r, &error);
        ask_free(q);
        return 1;
}

static int call_polkit(struct ask *q) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        bool interactive = sd_bus_message_get_allow_interactive_authorization(q->call) > 0;
        int r;

        r = sd_bus_message_new_method_call(q->auth->bus, &m, "org.freedesktop.PolicyKit1",
                                           "/org/freedesktop/PolicyKit1/Authority",
                                           "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization");
        if (r >= 0)
                r = sd_bus_message_append(m, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s",
                                          sd_bus_message_get_sender(q->call), q->action, 0, interactive ? 1u : 0u, "");
        if (r < 0)
                return r;
        return sd_bus_call_async(q->auth->bus, &q->slot, m, on_answer, q, interactive ? UINT64_MAX : 0);
}

int auth_ask(struct auth *a, sd_bus_message *m, const char *action, const char *hint, auth_then_t then, void *userdata,
             sd_bus_error *error) {
        unsigned n = 0;
        struct ask *q;
        uid_t uid;
        int r;

        r = auth_uid(a, m, &uid, error);
        if (r < 0)
                return r;
        if (uid == 0 || uid == geteuid())
                return then(m, uid, userdata, error);
        if (!a->polkit)
                return refuse(error, action, hint, "there is no polkit here, so only this user and root may");
        for (q = a->asks; q; q = q->next)
                n += q->uid == uid;
        if (n >= ASKS_MAX)
                return sd_bus_error_setf(error, ERROR_LIMIT_EXCEEDED, "uid %u has %u calls waiting for polkit",
                                         (unsigned)uid, n);
        q = xnew0(struct ask, 1);
        q->auth = a;
        q->next = a->asks;
        a->asks = q;
        q->call = sd_bus_message_ref(m);
        q->uid = uid;
        q->action = xstrdup(action);
        q->hint = hint;
        q->then = then;
        q->userdata = userdata;
        r = call_polkit(q);
        if (r < 0) {
                ask_free(q);
                return refuse(error, action, hint, "polkit cannot be asked, so only root may");
        }
        return 1;
}
