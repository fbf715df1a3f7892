/*
 * Ends processes that do not want to end. Owns none.
 *
 * Children are killed and reaped; theirs become ours by that and are next; so it goes on until there are none.
 */
#include "check/family.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/clock.h"
#include "util/macro.h"

#define EAGER_ROUNDS 1000

static int kill_listed(void) {
        char path[64];
        FILE *f;
        int pid;

        /* Complete, whatever a hidepid= of /proc hides; not there without CONFIG_PROC_CHILDREN. */
        snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
        f = fopen(path, "re");
        if (!f)
                return -errno;
        while (fscanf(f, "%d", &pid) == 1)
                kill(pid, SIGKILL);
        fclose(f);
        return 0;
}

static pid_t parent_of(const char *pid) {
        char path[300], stat[512] = "";
        FILE *f;
        const char *end;
        size_t n;
        int parent;

        snprintf(path, sizeof(path), "/proc/%s/stat", pid);
        f = fopen(path, "re");
        if (!f)
                return -1;
        n = fread(stat, 1, sizeof(stat) - 1, f);
        fclose(f);
        stat[n] = '\0';
        end = strrchr(stat, ')'); /* a process can name itself anything */
        return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : -1;
}

static void kill_by_parent(void) {
        DIR *d = opendir("/proc");

        if (!d)
                return;
        for (struct dirent *e; (e = readdir(d));)
                if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && parent_of(e->d_name) == getpid())
                        kill(atoi(e->d_name), SIGKILL);
        closedir(d);
}

bool family_reap(pid_t first, int *ret_status) {
        bool found = false;
        pid_t pid;
        int status;

        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
                if (pid == first) {
                        *ret_status = status;
                        found = true;
                }
        return found;
}

int family_end(uint64_t deadline) {
        for (unsigned round = 0;; round++) {
                int ignored;

                if (kill_listed() < 0)
                        kill_by_parent();
                family_reap(-1, &ignored);
                if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
                        return 0;
                if (clock_now() >= deadline)
                        return -EBUSY;
                if (round < EAGER_ROUNDS)
                        sched_yield();
                else
                        usleep(1000);
        }
}
