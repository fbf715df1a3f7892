/*
 * Dumps a tree that is like a root, for test-dump: dump-tree ROOT OUTPUT.
 */
#include <stdio.h>

#include "dump/dump.h"
#include "util/macro.h"

int main(int argc, char **argv) {
        _cleanup_free_ char *why = NULL;
        struct dump_result result;

        if (argc != 3)
                return 2;
        if (dump_write(argv[1], argv[2], &result, &why) < 0) {
                fprintf(stderr, "%s\n", why);
                return 1;
        }
        printf("%zu %zu %zu\n", result.devices, result.files, result.unread);
        return 0;
}
