/*
 * Resolves a path below a root directory by hand, for where openat2(RESOLVE_IN_ROOT) is not to be had.
 *
 * Every component is opened with O_NOFOLLOW, and ".." goes back to a directory that was walked through, so that no
 * link and no rename while we walk can lead out of the root. Also says what the path is without its links.
 */
#pragma once

/* flags: of open(), for the last component. ret_path may be NULL. Returns the fd, or -errno. */
int resolve_by_hand(int root_fd, const char *path, int flags, char **ret_path);
