/*
 * A check program that answers and leaves something behind which is another process, in another session, every moment.
 *
 * Ends by itself after a while, so that a test that fails does no harm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 30

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

int main(void) {
        pid_t pid = fork();

        if (pid < 0)
                return 1;
        if (pid == 0)
                wander(time(NULL) + SECONDS);
        usleep(100000);
        puts("gone");
        return 0;
}
