/*
 * Becomes a check program: a session of its own, no privilege, no fd or key but its own, small limits, a clean
 * environment.
 *
 * Never returns. Where a step is not to be had the program is not run, and the runner is told the errno.
 */
#include "check/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define NOBODY 65534
#define MIB (1024 * 1024)

/* The fds of the new program besides 0 to 2. */
#define PROGRAM_FD 3
#define REPORT_FD 4
#define ABOVE_FDS 5

static const struct {
        int resource;
        rlim_t limit;
        bool as_nobody_only;
} limits[] = {
        /* Not RLIMIT_AS: there are languages (Go) that only reserve more than that, and do not start without. */
        { RLIMIT_DATA, 256 * MIB, false },
        { RLIMIT_CORE, 0, false },
        { RLIMIT_FSIZE, MIB, false },
        { RLIMIT_NOFILE, 256, false },
        { RLIMIT_CPU, 10, false },
        /* Counts all of a user's processes: of use where that is nobody; the unit has TasksMax= instead. */
        { RLIMIT_NPROC, 256, true },
};

static int limits_set(bool as_nobody) {
        for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
                struct rlimit l;

                if (limits[i].as_nobody_only && !as_nobody)
                        continue;
                if (prlimit(0, limits[i].resource, NULL, &l) < 0)
                        return -errno;
                l.rlim_cur = l.rlim_max = MIN(l.rlim_max, limits[i].limit);
                if (prlimit(0, limits[i].resource, &l, NULL) < 0)
                        return -errno;
        }
        return 0;
}

static void signals_reset(void) {
        sigset_t none;

        for (int i = 1; i < NSIG; i++)
                signal(i, SIG_DFL); /* some cannot be set; those are what they should be */
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
}

static int fds_set(const struct program *p, const struct child_fds *fds) {
        /* Out of the way first: any of them may have a number that another is to get. */
        int program = fcntl(p->fd, F_DUPFD_CLOEXEC, 64), report = fcntl(fds->report, F_DUPFD_CLOEXEC, 64);
        int in = fcntl(fds->in, F_DUPFD_CLOEXEC, 64), out = fcntl(fds->out, F_DUPFD_CLOEXEC, 64);
        int err = fcntl(fds->err, F_DUPFD_CLOEXEC, 64);

        if (program < 0 || report < 0 || in < 0 || out < 0 || err < 0)
                return -errno;
        if (dup3(report, REPORT_FD, O_CLOEXEC) < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
            dup2(err, STDERR_FILENO) < 0)
                return -errno;
        /* A script's interpreter opens it as /dev/fd/3: the very file, and for that it must stay open. */
        if (dup3(program, PROGRAM_FD, p->script ? 0 : O_CLOEXEC) < 0)
                return -errno;
        if (close_range(ABOVE_FDS, ~0u, 0) == 0)
                return 0;
        for (int fd = ABOVE_FDS; fd < 1024; fd++)
                close(fd);
        return 0;
}

/* Only where there is no unit that has done it. */
static int privileges_drop(void) {
        if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
                return -errno;
        return 0;
}

/* Keys that the runner's session has are no program's. Where they are not to be had they cannot be used either. */
static int keyring_leave(void) {
        long r = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);

        return r < 0 && errno != ENOSYS && errno != EPERM ? -errno : 0;
}

/* *report: where to tell an errno, which moves on the way. */
static int confine(const struct program *p, const struct child_fds *fds, int *report) {
        bool as_nobody = getuid() == 0 || geteuid() == 0;
        int r;

        signals_reset();
        if (setsid() < 0 || chdir("/") < 0)
                return -errno;
        umask(0077);
        r = fds_set(p, fds);
        if (r < 0)
                return r;
        *report = REPORT_FD;
        r = limits_set(as_nobody);
        if (r < 0)
                return r;
        r = keyring_leave();
        if (r < 0)
                return r;
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return -errno;
        r = as_nobody ? privileges_drop() : 0;
        if (r < 0)
                return r;
        /* After the change of user, which would take it back. */
        return prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ? -errno : 0;
}

_Noreturn void child_exec(const struct program *p, const char *name, const char *verb, const struct child_fds *fds,
                          pid_t parent) {
        static const char *const environment[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                                   "LANG=C", NULL };
        const char *const argv[] = { name, verb, NULL };
        int report = fds->report, r;

        r = confine(p, fds, &report);
        if (r == 0) {
                if (getppid() != parent)
                        _exit(127); /* who would have to end us is gone already */
                fexecve(PROGRAM_FD, (char *const *)argv, (char *const *)environment);
                r = -errno;
        }
        (void)!write(report, &r, sizeof(r));
        _exit(127);
}
