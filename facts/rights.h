/* SPDX-License-Identifier: EUPL-1.2 */
/* Who of the persons of a host may do what with a file: by owner, group, mode and access list (acl(5), ACCESS CHECK
 * ALGORITHM), and by the directories on the way.
 *
 * A person is an account that somebody logs in to: a uid of UID_MIN or above (not nobody's), with a shell that gives a
 * session. Root and the accounts of services are none. */
#ifndef FACTS_RIGHTS_H
#define FACTS_RIGHTS_H

#include "base/text.h"
#include "facts/facts.h"

enum { RIGHT_EXECUTE = 1, RIGHT_WRITE = 2, RIGHT_READ = 4 };

struct people;

/* Kept for the run. */
struct people *people_of(struct facts *f);
/* Why it is not known who there is, or NULL. */
const char *people_unknown(const struct people *p);

/* What stands at a place, and where. */
struct place_rights {
        uid_t uid;
        gid_t gid;
        mode_t mode;
        struct access_acl acl;
        const struct place_rights *above; /* the directory on the way to it; NULL: anybody gets this far */
};

/* Fills in what a path without links has; a reason where that is not known, or NULL. */
const char *rights_at(struct facts *f, const char *path, const struct place_rights *above, struct place_rights *ret);

/* What is granted beyond doubt: `groups` are those whose members may have the right through them. */
struct rights_asked {
        unsigned right;              /* RIGHT_READ or RIGHT_WRITE */
        const char *const *groups;   /* names, NULL-terminated */
        const char *const *services; /* the only accounts of services that may; NULL: any that owns the place */
};

/* Adds who else has the right, in words: "everyone", "user NAME", "uid 1234". True where there is somebody; *personal
 * where a user is named. */
bool rights_beyond(const struct people *p, const struct place_rights *place, const struct rights_asked *asked,
                   struct text *who, bool *personal);

#endif
