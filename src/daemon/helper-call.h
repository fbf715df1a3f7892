/*
 * One question to a driver, through the helper: does it take these bytes? Never waits.
 *
 * What the answer means is its asker's to say. A write that hangs in the kernel cannot be taken back, so a call that
 * was not answered in time is over only after a minute.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

#define HELPER_CALL_LINGER_USEC (UINT64_C(60) * 1000 * 1000)

struct helper_call_handlers {
        /*
         * Once; must not free the call. failed: -ETIMEDOUT, or how the connection failed; else 0, and then error is why
         * the driver was not asked, or 0, and then said is what it said: 0, or its errno.
         */
        void (*answered)(void *userdata, int failed, int error, int said);
        void (*over)(void *userdata); /* after it, once; may free the call */
};

struct helper_call;

/* what: "ADDRESS" or "PARENT/TYPE". Nothing is called back before the loop goes on. -ENOENT, -ECONNREFUSED, -EACCES:
 * there is no helper for us. -EMSGSIZE: nobody may ask for so much. */
int helper_call_new(sd_event *event, const char *socket, const char *what, const char *value, uint64_t timeout_usec,
                    const struct helper_call_handlers *handlers, void *userdata, struct helper_call **ret);
struct helper_call *helper_call_free(struct helper_call *c);
