/*
 * What drivers and vendors said when they were asked about a pair: what rules 10 and 11 go by.
 *
 * Pure: the asking is daemon/asker.h's. A question lists what it would like to be asked (report.h, `open`), the daemon
 * asks and puts the words into a struct words, and the question is judged again with them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/descriptor.h"
#include "util/strv.h"

enum word_kind {
        WORD_MIGRATION_VERSION, /* the source's token, written to the target's attribute (or its type's) */
        WORD_CHECK,             /* a vendor's check program */
        WORD_FACTS, /* a check, asked what it knows of the target alone: never open; a yes's message is what it printed
                     */
};

enum word_answer {
        WORD_YES,
        WORD_NO,
        WORD_UNKNOWN,   /* asked, and there is no answer: it failed, or took too long, or said so itself */
        WORD_NOT_MINE,  /* a check that has nothing to say of this pair */
        WORD_NOT_ASKED, /* it could not be asked (no helper): as if nobody had */
};

struct word {
        enum word_answer answer;
        char *code;    /* of a no: the errno's name ("EINVAL"), or the vendor's code; else NULL */
        char *message; /* why, for people; or NULL */
};

struct word *word_new(enum word_answer answer, const char *code, const char *message);
struct word *word_free(struct word *w);
DEFINE_CLEANUP(struct word, word_free);

/* Words by key. */
struct words;

struct words *words_new(void);
struct words *words_free(struct words *w);
DEFINE_CLEANUP(struct words, words_free);
/* Takes the word; one of that key is replaced. */
void words_put(struct words *w, const char *key, struct word *word);
/* NULL (also for a NULL w): nobody asked. Borrowed. */
const struct word *words_find(const struct words *w, const char *key);

/* What a driver says of it, it says of its mdev type: it has no migration_version of its own, or is yet to be created.
 */
bool word_is_of_type(const struct traits *target);
/* And then it is the type that is asked, if its place is known. */
bool word_asks_type(const struct device *target);

/*
 * Keys, into a text that is overwritten. A driver speaks for the very device or type that it was asked about, and of
 * one token; false where there is none to ask: an empty token is none, as a write of nothing reaches no driver.
 */
bool word_key_version(const struct device *target, const char *token, struct text *t);
/* A check speaks for two classes, each by all of its text (side.h): a digest of two could be the same. */
void word_key_check(const char *check, const char *source_class, const char *target_class, struct text *t);

/* Something that nobody has asked yet, and that would matter. */
struct open_question {
        enum word_kind kind;
        char *check;           /* its name, of WORD_CHECK and WORD_FACTS */
        char *token;           /* of WORD_MIGRATION_VERSION: what is to be written */
        char *key;             /* of the word that answers it */
        struct device *source; /* references */
        struct device *target; /* the very device or creatable that is to be asked; of a check, one of its class */
};

/* In the order in which they matter: what an answer would most likely choose first. */
struct open_questions {
        struct open_question *v;
        size_t n;
};

/* So many may one answer leave open; what is beyond stays as if nobody could be asked. */
#define OPEN_QUESTIONS_MAX 512u
/*
 * And so many bytes may their keys have: who asks looks them up on a loop that serves others, too. A key is not listed
 * at all if it alone has more: a check's is then not known, and of a token none has, as a descriptor has half of it.
 */
#define OPEN_QUESTIONS_BYTES_MAX (2u * 1024 * 1024)

void open_questions_done(struct open_questions *o);
