/*
 * Connecting to a program's socket without waiting.
 */
#pragma once

/* type: SOCK_STREAM or SOCK_SEQPACKET. The fd does not block. -EAGAIN where one would have to wait for it. */
int socket_connect(const char *path, int type, int *ret_fd);
