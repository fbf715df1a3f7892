/*
 * Stands in for the program `check`, for the socket of its unit, and for the helper: does what the names say.
 *
 *     fake-vendor [OPTION...]           one check: fd 0 is the socket, and its NAME is what it does
 *     fake-vendor check-socket PATH     a unit: each connection gets one
 *     fake-vendor helper-socket PATH    a helper: the value that is to be written is what the driver does
 *
 * Each request is a line in $FAKE_DIR/log.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void note(const char *text) {
        char path[256];
        FILE *f;

        snprintf(path, sizeof(path), "%s/log", getenv("FAKE_DIR"));
        f = fopen(path, "ae");
        if (f) {
                fprintf(f, "%s\n", text);
                fclose(f);
        }
}

static void say(const char *text) {
        if (write(0, text, strlen(text)) < 0)
                exit(1);
}

static void flood(size_t n) {
        char block[65536];

        memset(block, 'x', sizeof(block));
        for (size_t i = 0; i < n; i += sizeof(block))
                if (write(0, block, sizeof(block)) < 0)
                        exit(1);
}

#define VERDICT(v) "exit 0\n{\"verdict\":\"" v "\"}"
#define CAPABILITIES(v) "exit 0\n{\"schema\":\"org.vfio.Migration1.check/1\",\"verbs\":[" v "]}\n"

static const struct {
        const char *name;
        const char *says; /* of the verb check */
} words[] = {
        { "yes", VERDICT("compatible") },
        { "slow", VERDICT("compatible") },
        { "no", "exit 0\n{\"verdict\":\"incompatible\",\"code\":\"fw\",\"message\":\"too old\"}" },
        { "shrug", VERDICT("unknown") },
        { "not-mine", "exit 2\n" },
        { "three", "exit 3\n" },
        { "crash", "exit 139\n" },
        { "killed", "signal 11\n" },
        { "timeout", "timeout\n" },
        { "too-long", "too-long\n" },
        { "missing", "missing\n" },
        { "refused", "refused writable by \033[2J others\n" },
        { "error", "error ENOEXEC\n" },
        { "garbage", "compatible\n" },
        { "nul", "exit 0" },
        { "partial", "exit 0" },
        { "no-json", "exit 0\ncompatible\n" },
        { "cut-json", "exit 0\n{\"verdict\":\"compat" },
        { "no-output", "exit 0\n" },
        { "early", "" },
        { "negative", "exit -0\n" },
        { "huge-status", "exit 256\n" },
};

static void answer(const char *name, const char *verb) {
        if (strcmp(verb, "--capabilities") == 0) {
                if (strcmp(name, "dumb") == 0)
                        say("exit 1\n");
                else if (strcmp(name, "describer") == 0 || strncmp(name, "knows", 5) == 0)
                        say(CAPABILITIES("\"describe\""));
                else
                        say(CAPABILITIES("\"check\",\"else\""));
                return;
        }
        if (strcmp(verb, "describe") == 0) {
                if (strcmp(name, "knows-badly") == 0)
                        say("exit 0\n{\"facts\":{\"v.temper\":7}}");
                else if (strcmp(name, "knows-late") == 0)
                        sleep(60);
                else if (strcmp(name, "knows-more") == 0)
                        say("exit 0\n{\"facts\":{\"v.temper\":\"worse\",\"v.more\":\"2\"}}");
                else
                        say("exit 0\n{\"facts\":{\"v.temper\":\"bad\",\"v.read\":\"guess\",\"v.failed\":\"guess\"}}");
                return;
        }
        if (strncmp(name, "hang", 4) == 0)
                sleep(60);
        if (strcmp(name, "long-line") == 0)
                flood(100000);
        if (strcmp(name, "flood") == 0) {
                say("exit 0\n");
                flood(10 * 1024 * 1024);
        }
        if (strcmp(name, "lingers") == 0) { /* it has said yes, and stays */
                say(VERDICT("compatible"));
                shutdown(0, SHUT_WR);
                sleep(60);
        }
        if (strcmp(name, "slow") == 0) {
                say("exit");
                usleep(300 * 1000);
                say(" 0\n");
                usleep(300 * 1000);
                say("{\"verdict\":");
                usleep(300 * 1000);
                say("\"compatible\"}");
                return;
        }
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strcmp(words[i].name, name) == 0)
                        say(words[i].says);
        if (strcmp(name, "nul") == 0 && write(0, "\0\n{\"verdict\":\"compatible\"}", 26) < 0)
                exit(1);
}

static void check(void) {
        static char input[1 << 20];
        char *space, *newline;
        size_t n = 0;
        ssize_t k;

        /* One that has not read its input answers nevertheless. */
        while (n < sizeof(input) - 1 && (k = read(0, input + n, sizeof(input) - 1 - n)) > 0) {
                n += (size_t)k;
                if (strncmp(input, "early ", 6) == 0)
                        exit(0);
        }
        newline = strchr(input, '\n');
        space = strchr(input, ' ');
        if (!newline || !space)
                exit(1);
        *newline = *space = '\0';
        space[0] = ' ';
        note(input);
        space[0] = '\0';
        answer(input, space + 1);
}

static void reply(const char *error, const char *field) {
        char text[256];
        int n = snprintf(text, sizeof(text), "%s%c%s", error, 0, field);

        if (send(0, text, (size_t)n, MSG_NOSIGNAL) < 0)
                exit(1);
}

static void helper(void) {
        static char request[65536];
        ssize_t n = recv(0, request, sizeof(request) - 1, 0);
        const char *what = request + strlen(request) + 1, *value = what + strlen(what) + 1;
        char line[512];

        if (n <= 0 || strcmp(request, "test-version") != 0 || value + strlen(value) + 1 != request + n)
                exit(1);
        snprintf(line, sizeof(line), "%.100s %.100s", what, value);
        note(line);
        if (strncmp(value, "only ", 5) == 0) /* one driver takes it */
                reply("0", strcmp(value + 5, what) == 0 ? "0" : "22");
        else if (strcmp(value, "yes") == 0)
                reply("0", "0");
        else if (strcmp(value, "EINVAL") == 0)
                reply("0", "22");
        else if (strcmp(value, "odd") == 0)
                reply("0", "4000");
        else if (strcmp(value, "busy") == 0)
                reply("16", "");
        else if (strcmp(value, "hang") == 0)
                sleep(60);
        else if (strcmp(value, "slow") == 0) {
                usleep(300 * 1000);
                reply("0", "0");
        } else if (strcmp(value, "garbage") == 0)
                reply("0", "yes");
        else if (strcmp(value, "empty") == 0)
                reply("0", "");
        else if (strcmp(value, "long") == 0) {
                memset(request, '0', sizeof(request));
                request[1] = '\0';
                send(0, request, sizeof(request), MSG_NOSIGNAL);
        }
}

static int serve(int type, const char *path, void (*run)(void)) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0), client;

        prctl(PR_SET_PDEATHSIG, SIGKILL); /* with its test */
        strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
        if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 64) < 0)
                return 1;
        signal(SIGCHLD, SIG_IGN);
        while ((client = accept(fd, NULL, NULL)) >= 0) {
                if (fork() == 0) {
                        dup2(client, 0);
                        close(client);
                        close(fd);
                        run();
                        exit(0);
                }
                close(client);
        }
        return 1;
}

int main(int argc, char **argv) {
        if (argc == 3 && strcmp(argv[1], "check-socket") == 0)
                return serve(SOCK_STREAM, argv[2], check);
        if (argc == 3 && strcmp(argv[1], "helper-socket") == 0)
                return serve(SOCK_SEQPACKET, argv[2], helper);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* with its test */
        check();
        return 0;
}
