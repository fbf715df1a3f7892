/*
 * What core alone needs for one question: pairs judged, and the time of reading, judging and writing.
 *
 *     bench-answer HOST-DOCUMENT DESCRIPTOR [ROUNDS]
 *
 * Prints devices, creatables, classes and pairs, and the median nanoseconds of the three.
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "core/answer.h"
#include "core/descriptor-json.h"
#include "util/alloc.h"

enum { READ, JUDGE, WRITE, N_STEPS };

static void fail(const char *what, const char *why) {
        fprintf(stderr, "bench-answer: %s: %s\n", what, why);
        exit(1);
}

static char *read_file(const char *path, size_t *ret_length) {
        FILE *f = fopen(path, "re");
        char *data = NULL;
        size_t n = 0;

        if (!f)
                fail(path, strerror(errno));
        do {
                data = xrealloc(data, n + (1 << 20), 1);
                n += fread(data + n, 1, 1 << 20, f);
        } while (!feof(f) && !ferror(f));
        fclose(f);
        *ret_length = n;
        return data;
}

static struct document *parse(const char *text, size_t n, enum document_kind kind) {
        struct document *d;
        struct json_error error;

        if (document_parse(text, n, kind, &d, &error) < 0)
                fail("document", error.message);
        return d;
}

static uint64_t now_nsec(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int compare(const void *a, const void *b) {
        const uint64_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv) {
        struct policy policy = POLICY_DEFAULT;
        struct answer_cost cost = {};
        size_t n_host, n_source, rounds = argc > 3 ? strtoul(argv[3], NULL, 10) : 1001;
        uint64_t *times[N_STEPS];
        struct inventory *host;
        char *source_text, *host_text;

        if (argc < 3 || rounds == 0) {
                fprintf(stderr, "Usage: bench-answer HOST-DOCUMENT DESCRIPTOR [ROUNDS]\n");
                return 2;
        }
        host_text = read_file(argv[1], &n_host);
        host = inventory_new(parse(host_text, n_host, DOCUMENT_HOST));
        source_text = read_file(argv[2], &n_source);
        for (size_t i = 0; i < N_STEPS; i++)
                times[i] = xnew0(uint64_t, rounds);

        for (size_t i = 0; i < rounds; i++) {
                uint64_t start = now_nsec(), parsed, judged;
                _cleanup_(document_free_cleanup) struct document *source = parse(source_text, n_source,
                                                                                 DOCUMENT_SOURCE);
                _cleanup_(report_free_cleanup) struct report *report = NULL;
                _cleanup_text_ struct text text = {};
                struct question q = { .source = source, .target = host, .policy = &policy };

                parsed = now_nsec();
                if (question_answer(&q, &report, &cost) < 0)
                        fail("question", "cannot be answered");
                judged = now_nsec();
                report_format(report, &text);
                times[WRITE][i] = now_nsec() - judged;
                times[JUDGE][i] = judged - parsed;
                times[READ][i] = parsed - start;
        }
        printf("%zu %zu %zu %zu", host->document->n_devices, host->document->n_creatables, host->n_classes,
               cost.pairs_judged);
        for (size_t i = 0; i < N_STEPS; i++) {
                qsort(times[i], rounds, sizeof(uint64_t), compare);
                printf(" %lu", (unsigned long)times[i][rounds / 2]);
                free(times[i]);
        }
        putchar('\n');
        inventory_unref(host);
        free(source_text);
        free(host_text);
        return 0;
}
