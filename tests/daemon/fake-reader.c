/*
 * A reader that does what a directory says: `fake-reader --root=DIR`. A file of DIR is a key, and its text is
 *
 *     {...}        the device (or, below "parent:", creatables, one a line)
 *     hang         never answers
 *     crash        dies on it
 *     crash-once   dies on it the first time, and has "{}" devices then: it is not there
 *     garbage      says what cannot be said
 *     slow         answers after 300 ms what is on the lines behind it: nothing, or a device
 *     late         the same after 150 ms
 *
 * Every key that is read is a line in DIR/.log; what a sweep may remember since, one in DIR/.sweeps; DIR/.models and
 * DIR/.host are what it says of those. DIR/.models is its store, too; what it was given as one is a line in
 * DIR/.stores. DIR/.reload is "hang" or "fail" as often as it has lines of that: each reload takes one away; "large"
 * says too much.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/wire.h"
#include "util/alloc.h"

#define NO_HOST "{\"schema\":\"org.vfio.Migration1.descriptor/1\",\"devices\":[]}"

static char *slurp(const char *dir, const char *name) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
        char *text = xcalloc(65536, 1);
        FILE *f = fopen(path, "re");

        if (!f) {
                free(text);
                return NULL;
        }
        (void)!fread(text, 1, 65535, f);
        fclose(f);
        return text;
}

static void note(const char *dir, const char *name, const char *line) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
        FILE *f = fopen(path, "ae");

        if (f) {
                fprintf(f, "%s\n", line);
                fclose(f);
        }
}

static void say(enum wire_type type, uint32_t serial, const char *text) {
        if (wire_send(3, type, serial, text, strlen(text)) < 0)
                exit(1);
}

/* Takes the first line of a file. */
static char *take_line(const char *dir, const char *name) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, name), *text = slurp(dir, name);
        char *rest = text ? strchr(text, '\n') : NULL;
        FILE *f = rest ? fopen(path, "we") : NULL;

        if (!f)
                return NULL;
        fputs(rest + 1, f);
        fclose(f);
        *rest = '\0';
        return take_ptr(text);
}

static void reload(const char *dir, uint32_t serial) {
        _cleanup_free_ char *models = slurp(dir, ".models"), *how = take_line(dir, ".reload");
        const char *text = models ? models : NO_HOST;

        say(WIRE_WARNING, serial, "models.d/bad.json: line 1: a warning");
        if (how && strcmp(how, "hang") == 0)
                for (;;)
                        pause();
        if (how && strcmp(how, "fail") == 0) {
                say(WIRE_END, serial, "13");
                return;
        }
        for (int i = 0; how && strcmp(how, "large") == 0 && i < 2000; i++) {
                _cleanup_free_ char *piece = xcalloc(65536, 1);

                memset(piece, ' ', 65535);
                say(WIRE_STORE, serial, piece);
        }
        say(WIRE_MODELS, serial, text);
        say(WIRE_STORE, serial, text);
        say(WIRE_STORE, serial, "");
        say(WIRE_END, serial, "0");
}

static void list(const char *dir, uint32_t serial) {
        _cleanup_free_ char *host = slurp(dir, ".host");
        DIR *d = opendir(dir);
        struct dirent *e;

        say(WIRE_HOST, serial, host ? host : NO_HOST);
        while (d && (e = readdir(d)))
                if (e->d_name[0] != '.')
                        wire_send(3, WIRE_KEYS, serial, e->d_name, strlen(e->d_name) + 1);
        closedir(d);
        say(WIRE_END, serial, "0");
}

static void read_key(const char *dir, uint32_t serial, const char *key) {
        _cleanup_free_ char *text = slurp(dir, key), *marker = xasprintf(".crashed-%s", key),
                            *crashed = slurp(dir, marker);
        enum wire_type type = strncmp(key, "parent:", 7) == 0 ? WIRE_CREATABLE : WIRE_DEVICE;
        char *line, *rest = NULL;

        note(dir, ".log", key);
        if (!text)
                return;
        if (strncmp(text, "hang", 4) == 0)
                for (;;)
                        pause();
        if (strncmp(text, "crash", 5) == 0 && (text[5] != '-' || !crashed)) {
                note(dir, marker, "");
                raise(SIGKILL);
        }
        if (strncmp(text, "garbage", 7) == 0)
                wire_send(3, 0x12345678, serial, "\xff\xff", 2);
        if (strncmp(text, "slow", 4) == 0)
                usleep(300 * 1000);
        if (strncmp(text, "late", 4) == 0)
                usleep(150 * 1000);
        for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
                if (line[0] == '{')
                        say(type, serial, line);
}

int main(int argc, char **argv) {
        const char *dir = argc > 1 && strncmp(argv[1], "--root=", 7) == 0 ? argv[1] + 7 : ".";
        _cleanup_(wire_done) struct wire w;
        struct wire_frame f;

        wire_init(&w, 3);
        while (wire_receive(&w, &f) > 0) {
                if (f.type == WIRE_LIST)
                        list(dir, f.serial);
                if (f.type == WIRE_SWEEP)
                        note(dir, ".sweeps", f.payload);
                if (f.type == WIRE_READ || f.type == WIRE_SWEEP) {
                        for (size_t i = f.type == WIRE_SWEEP ? strlen(f.payload) + 1 : 0; i < f.length;
                             i += strlen(f.payload + i) + 1) {
                                read_key(dir, f.serial, f.payload + i);
                                say(WIRE_KEY, f.serial, f.payload + i);
                        }
                        say(WIRE_END, f.serial, "0");
                }
                if (f.type == WIRE_RELOAD)
                        reload(dir, f.serial);
                if (f.type == WIRE_STORE && f.length)
                        note(dir, ".stores", f.payload);
                if (f.type == WIRE_STORE && !f.length)
                        say(WIRE_END, f.serial, "0");
        }
        return 0;
}
