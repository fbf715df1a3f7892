/*
 * Digests, by libgcrypt. Owns nothing but that the library is made ready once.
 */
#include "ctl/digest.h"

#include <gcrypt.h>
#include <stdio.h>

#define SHA256_BYTES 32

void digest_of(const void *text, size_t n, char ret[static DIGEST_LENGTH + 1]) {
        unsigned char bytes[SHA256_BYTES];

        if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
                gcry_check_version(NULL);
                gcry_control(GCRYCTL_DISABLE_SECMEM, 0); /* nothing here is a secret */
                gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
        }
        gcry_md_hash_buffer(GCRY_MD_SHA256, bytes, text, n);
        for (size_t i = 0; i < DIGEST_LENGTH / 2; i++)
                snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
}
