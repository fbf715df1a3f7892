/*
 * Any bytes as a model file or a pool file, with merge patches after NUL bytes: refused with a place, or read, and what
 * was read of a model is written and read again as the same.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "core/descriptor-json.h"
#include "core/model-json.h"

#define TEXTS_MAX 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact, const char *what) {
        if (fact)
                return;
        fprintf(stderr, "%s\n", what);
        abort();
}

/* Takes the model: as that of a document. */
static void round_trip(struct model *m) {
        _cleanup_(document_free_cleanup) struct document *d = document_new(), *again = NULL;
        _cleanup_text_ struct text first = {}, second = {};
        struct json_error error = { "" };

        d->has_models = true;
        require(models_take(&d->models, m) == 0, "not taken");
        document_format(d, &first);
        require(document_parse(first.data, first.length, DOCUMENT_HOST, &again, &error) == 0, error.message);
        require(again->models.n == 1 && str_equal(again->models.v[0]->name, m->name), "models differ");
        require(param_infos_equal(&again->models.v[0]->params, &m->params), "parameters differ");
        document_format(again, &second);
        require(str_equal(first.data, second.data), "texts differ");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct json_text texts[TEXTS_MAX] = { { (const char *)data, 0 } };
        struct json_error error = { "" };
        struct model *m = NULL;
        struct pool *p = NULL;
        size_t n = 0;

        for (size_t i = 0; i < size; i++)
                if (data[i] == '\0' && n + 1 < TEXTS_MAX)
                        texts[++n] = (struct json_text){ (const char *)data + i + 1, 0 };
                else
                        texts[n].length++;
        if (model_parse("fuzz.json", texts[0], texts + 1, n, &m, &error) == 0)
                round_trip(m);
        else
                require(error.message[0] && !m, "refused without a reason");
        if (pool_parse("fuzz.json", texts[0], texts + 1, n, &p, &error) == 0)
                pool_matches(p, "pci:0000:3b:00.0", NULL, NULL, "mtty-2");
        else
                require(error.message[0] && !p, "refused without a reason");
        pool_free(p);
        return 0;
}
