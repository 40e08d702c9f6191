/* SPDX-License-Identifier: EUPL-1.2 */
/* A plug-in that differs in one respect from what it should be; the build says in which. */
#include "bioagent/check.h"

#ifndef ABI
#define ABI BIO_ABI_VERSION
#endif
#ifndef SYMBOL
#define SYMBOL bio_plugin
#endif
#ifndef ID
#define ID "test.variant"
#endif
#ifndef SIZE
#define SIZE sizeof(struct bio_check)
#endif
#define OLDER offsetof(struct bio_check, run) + sizeof(void (*)(void))

static void run(struct bio_context *c)
{
        bio_conclude(c, NULL, BIO_PASS, "well");
}

static const struct bio_check check = {
        .id = ID,
        .title = {"t", "t"},
        .why = {"w", "w"},
        .max_age = "P1D",
        .run = run,
};

BIO_EXPORT extern const struct bio_plugin SYMBOL;
const struct bio_plugin SYMBOL = {.abi = ABI, .size = SIZE, .checks = (const struct bio_check *const[]){&check, NULL}};
