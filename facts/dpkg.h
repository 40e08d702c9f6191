/* SPDX-License-Identifier: EUPL-1.2 */
/* dpkg's database of installed packages, in the format of deb822(5): stanzas of fields, an empty line between them.
 *
 * It is read in one pass, piece by piece, and only what identifies a package is kept: the file is a hundred times that.
 */
#ifndef FACTS_DPKG_H
#define FACTS_DPKG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Debian has some 65,000 packages; a host with more stanzas than this is no host. */
#define DPKG_PACKAGES_MOST 100000
/* Of all texts that are kept. */
#define DPKG_BYTES_MOST ((size_t)8 * 1024 * 1024)

/* Files: dpkg's own journal of a run and images' status.d have a file for each package. */
#define DPKG_SOURCES_MOST 4096

enum dpkg_field { DPKG_ARCHITECTURE, DPKG_PACKAGE, DPKG_STATUS, DPKG_VERSION, DPKG_FIELDS };

struct dpkg_package {
        const char *name;
        const char *version;      /* "" where it has none */
        const char *architecture; /* the same */
        const char *status;       /* dpkg's word: "installed", "half-configured", …; NULL where `wrong` */
        const char *wrong;        /* what dpkg would not accept of this stanza; NULL: nothing */
        const char *source;       /* the file */
        unsigned line;            /* of its version, else of its stanza */
        bool present;             /* its files are on disk, at least in part */
};

/* The packages of all files, in order of reading: a later one of the same name and architecture counts.
 * Zero-initialise; release with dpkg_free(). */
struct dpkg {
        struct text packed; /* records of dpkg_next(); pages are what costs, so they are small and lie together */
        size_t count;
        const char **sources; /* borrowed */
        size_t source_count;
        size_t source_allocated;
        /* The first thing that hides a package from us: one that is not found may still be there. */
        const char *bad; /* NULL: nothing */
        const char *bad_source;
        unsigned bad_line;

        /* Of the file that is being read. */
        bool implied;
        size_t packed_before, count_before;
        bool bad_before;
        unsigned line;       /* read last */
        unsigned first_line; /* of the stanza; 0: between stanzas */
        unsigned version_line;
        bool twice; /* a field that we read stands twice */
        bool given[DPKG_FIELDS];
        struct text values[DPKG_FIELDS];
};

/* A file begins; at most DPKG_SOURCES_MOST. `implied`: its stanzas have no Status and are installed, as in status.d of
 * images built without dpkg.
 */
void dpkg_begin(struct dpkg *d, const char *source, bool implied);
/* Its next piece: whole lines, but for the last of the file. */
void dpkg_take(struct dpkg *d, const char *bytes, size_t length);
/* It is read once more from its beginning. */
void dpkg_again(struct dpkg *d);
/* It is over. */
void dpkg_end(struct dpkg *d);
void dpkg_free(struct dpkg *d);
/* The next package; *at starts with 0. False after the last. Texts are valid until the next file begins. */
bool dpkg_next(const struct dpkg *d, size_t *at, struct dpkg_package *ret);

#endif
