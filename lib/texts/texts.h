/* SPDX-License-Identifier: EUPL-1.2 */
/* The texts that checks, facts and the engine write into results, in Dutch. Records hold each text once, in English;
 * who shows one in Dutch asks here. One catalogue (texts/catalogue.inc), so that report and page say the same. */
#ifndef TEXTS_TEXTS_H
#define TEXTS_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

/* A row: the text as the source has it, a format of printf(3), and how it reads in Dutch, with {1}, {2}, … for what the
 * conversions made. `dutch` NULL: it is no text (words of a configuration), or reads the same. */
struct texts_row {
        const char *english, *dutch;
};

extern const struct texts_row texts_catalogue[];
extern const size_t texts_catalogue_count;

/* A note, a `because`, a reason, what was expected: malloc'd. Texts are found in what they are joined from ("; ", ": ",
 * "(…)"); what the catalogue does not have stays as it is. NULL for NULL. */
char *texts_dutch(const char *english);

/* The key of a piece of evidence as people read it ("looked_for": "looked for"); one of a configuration file as it is.
 */
const char *texts_key(const char *key, bool dutch);

/* The comment of a line of commands: behind "# " at its start or "  # " further on. Points at the '#'; NULL: none. */
const char *texts_comment(const char *line, size_t length);
/* Commands with their comments in Dutch: malloc'd, NULL for NULL. */
char *texts_dutch_commands(const char *commands);

#endif
