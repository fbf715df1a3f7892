/*
 * What the tests of daemon/ share.
 */
#include "bed.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/alloc.h"

static int on_wake(sd_event_source *s, void *userdata) {
        return 0;
}

void bed_init(struct bed *b) {
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        sigprocmask(SIG_BLOCK, &set, NULL);
        strcpy(b->dir, "/tmp/vfio-test-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(b->dir));
        b->root = xasprintf("--root=%s", b->dir);
        ck_assert_int_ge(sd_event_new(&b->event), 0);
        ck_assert_int_ge(sd_event_add_defer(b->event, &b->wake, on_wake, NULL), 0);
        sd_event_source_set_enabled(b->wake, SD_EVENT_OFF);
}

void bed_done(struct bed *b) {
        _cleanup_free_ char *command = xasprintf("rm -rf '%s'", b->dir);

        sd_event_source_disable_unref(b->wake);
        sd_event_unref(b->event);
        ck_assert_int_eq(system(command), 0);
        free(b->root);
}

void bed_put(struct bed *b, const char *key, const char *text) {
        _cleanup_free_ char *path = xasprintf("%s/%s", b->dir, key);
        FILE *f;

        if (!text) {
                ck_assert_int_eq(unlink(path), 0);
                return;
        }
        f = fopen(path, "we");
        ck_assert_ptr_nonnull(f);
        fputs(text, f);
        fclose(f);
}

void bed_put_device(struct bed *b, const char *address, const char *model, const char *value) {
        bed_put_device_how(b, "", address, model, value);
}

void bed_put_device_how(struct bed *b, const char *how, const char *address, const char *model, const char *value) {
        _cleanup_free_ char *text = xasprintf(
                "%s{\"id\":\"%s\",\"address\":\"%s\",\"driver\":\"d\",\"model\":\"%s\",\"params\":{\"p\":\"%s\"},"
                "\"paramsComplete\":true,"
                "\"migration\":{\"protocol\":\"v2\",\"flags\":[\"stop-copy\",\"p2p\"],\"dmaLogging\":true},\"inUse\":"
                "\"no\","
                "\"origin\":{\"model\":\"sysfs:model\"},\"sysfsPath\":\"sys/devices/x\",\"bus\":\"pci\"}\n",
                how, address, address, model, value);

        bed_put(b, address, text);
}

unsigned bed_reads(struct bed *b, const char *key) {
        _cleanup_free_ char *path = xasprintf("%s/.log", b->dir);
        FILE *f = fopen(path, "re");
        char line[256];
        unsigned n = 0;

        while (f && fgets(line, sizeof(line), f)) {
                line[strcspn(line, "\n")] = '\0';
                n += strcmp(line, key) == 0;
        }
        if (f)
                fclose(f);
        return n;
}

uint64_t bed_now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void bed_assert_within(uint64_t begun, uint64_t usec) {
        const char *slack = getenv("TEST_SLACK");

        ck_assert_uint_lt(bed_now() - begun, usec * (slack ? strtoul(slack, NULL, 10) : 1));
}

void bed_run(struct bed *b, uint64_t usec) {
        uint64_t end = bed_now() + usec;

        while (bed_now() < end)
                sd_event_run(b->event, MIN(20 * 1000, end - bed_now()));
}
