/*
 * A check program that leaves behind what is hard to end: "check" answers, and something goes on that is another
 * process in another session every moment; "describe" does not answer, and there are more of it all the time.
 *
 * Ends by itself after a while, so that a test that fails does no harm.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 10

static void wander(time_t until) {
        while (time(NULL) < until) {
                pid_t pid = fork();

                if (pid > 0)
                        _exit(0);
                if (pid == 0)
                        setsid();
        }
        _exit(0);
}

static void multiply(time_t until) {
        while (time(NULL) < until)
                if (fork() < 0)
                        usleep(1000); /* as many as there can be */
                else
                        setsid();
        _exit(0);
}

int main(int argc, char **argv) {
        time_t until = time(NULL) + SECONDS;
        pid_t pid;

        if (argc > 1 && strcmp(argv[1], "describe") == 0)
                multiply(until);
        pid = fork();
        if (pid < 0)
                return 1;
        if (pid == 0)
                wander(until);
        usleep(100000);
        puts("gone");
        return 0;
}
