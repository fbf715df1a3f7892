/*
 * Runs a fuzz target over a corpus without libFuzzer, so that what was once found is looked at in every test run.
 *
 * Every argument is a file or a folder of files.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "util/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t n_inputs;

static int replay_file(const char *path) {
        FILE *f = fopen(path, "rbe");
        _cleanup_free_ uint8_t *data = NULL;
        size_t n = 0;

        if (!f)
                return -1;
        for (int c; (c = getc(f)) != EOF;)
                array_append(data, n, (uint8_t)c);
        fclose(f);
        LLVMFuzzerTestOneInput(data, n);
        n_inputs++;
        return 0;
}

static int replay(const char *path) {
        struct stat st;
        DIR *d;
        int r = 0;

        if (stat(path, &st) < 0)
                return -1;
        if (!S_ISDIR(st.st_mode))
                return replay_file(path);
        d = opendir(path);
        if (!d)
                return -1;
        for (struct dirent *e; r == 0 && (e = readdir(d));) {
                _cleanup_free_ char *below = xasprintf("%s/%s", path, e->d_name);

                if (e->d_name[0] != '.')
                        r = replay(below);
        }
        closedir(d);
        return r;
}

int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++)
                if (replay(argv[i]) < 0) {
                        perror(argv[i]);
                        return 1;
                }
        printf("%zu passed, 0 failed\n", n_inputs);
        return n_inputs == 0; /* an empty corpus proves nothing */
}
