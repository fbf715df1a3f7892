/*
 * Ends processes that do not want to end. Owns none.
 *
 * They are stopped first, all of them, as those that multiply do it faster than they can be killed one by one: the
 * stopped ones still count against the limit of how many there may be. What is killed leaves its children to us.
 */
#include "check/family.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/clock.h"

#define STOP_ROUNDS 50
#define EAGER_ROUNDS 20

struct process {
        pid_t pid;
        pid_t parent;
        char state;
        bool ours;
};

struct processes {
        struct process *v;
        size_t n;
};

static void processes_done(struct processes *p) {
        free(p->v);
}

static bool process_read(pid_t pid, struct process *ret) {
        char path[64], stat[512] = "", state;
        const char *end;
        FILE *f;
        size_t n;
        int parent;

        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        f = fopen(path, "re");
        if (!f)
                return false;
        n = fread(stat, 1, sizeof(stat) - 1, f);
        fclose(f);
        stat[n] = '\0';
        end = strrchr(stat, ')'); /* a process can name itself anything */
        if (!end || sscanf(end + 1, " %c %d", &state, &parent) != 2)
                return false;
        *ret = (struct process){ .pid = pid, .parent = parent, .state = state };
        return true;
}

static void processes_mark(struct processes *p, pid_t parent, size_t *n_marked, pid_t *marked) {
        for (size_t i = 0; i < p->n; i++)
                if (p->v[i].parent == parent && !p->v[i].ours) {
                        p->v[i].ours = true;
                        marked[(*n_marked)++] = p->v[i].pid;
                }
}

/* Ours are our children, theirs, and so on. */
static void processes_mark_ours(struct processes *p) {
        _cleanup_free_ pid_t *marked = xnew0(pid_t, p->n);
        size_t n_marked = 0;

        processes_mark(p, getpid(), &n_marked, marked);
        for (size_t i = 0; i < n_marked; i++)
                processes_mark(p, marked[i], &n_marked, marked);
}

/* Without those that have ended already. */
static void processes_read(struct processes *ret) {
        DIR *d = opendir("/proc");

        if (!d)
                return;
        for (struct dirent *e; (e = readdir(d));) {
                struct process p;

                if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && process_read(atoi(e->d_name), &p) &&
                    !strchr("ZX", p.state))
                        array_append(ret->v, ret->n, p);
        }
        closedir(d);
        processes_mark_ours(ret);
}

/* To this very process, and not to another that has got its number meanwhile. */
static void process_signal(const struct process *p, int signal) {
        _cleanup_close_ int fd = pidfd_open(p->pid, 0);
        struct process now;

        if (fd >= 0 && process_read(p->pid, &now) && (now.parent == p->parent || now.parent == getpid()))
                pidfd_send_signal(fd, signal, NULL, 0);
}

static void stop_all(uint64_t deadline) {
        size_t n_running = 1;

        for (int round = 0; n_running > 0 && round < STOP_ROUNDS && usec_now(CLOCK_MONOTONIC) < deadline; round++) {
                _cleanup_(processes_done) struct processes p = {};

                n_running = 0;
                processes_read(&p);
                for (size_t i = 0; i < p.n; i++)
                        if (p.v[i].ours && !strchr("Tt", p.v[i].state)) {
                                process_signal(&p.v[i], SIGSTOP);
                                n_running++;
                        }
        }
}

static void kill_all(void) {
        _cleanup_(processes_done) struct processes p = {};

        processes_read(&p);
        for (size_t i = 0; i < p.n; i++)
                if (p.v[i].ours)
                        process_signal(&p.v[i], SIGKILL);
}

/* Children whatever a hidepid= of /proc hides; not there without CONFIG_PROC_CHILDREN. Who reaps them is us. */
static void kill_children(void) {
        char path[64];
        FILE *f;
        int pid;

        snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
        f = fopen(path, "re");
        if (!f)
                return;
        while (fscanf(f, "%d", &pid) == 1)
                kill(pid, SIGKILL);
        fclose(f);
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

                family_reap(-1, &ignored);
                if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
                        return 0;
                if (usec_now(CLOCK_MONOTONIC) >= deadline)
                        return -EBUSY;
                if (round > 0)
                        usleep(round < EAGER_ROUNDS ? 200 : 5000); /* for them to die, not for long */
                stop_all(deadline);
                kill_all();
                kill_children();
        }
}
