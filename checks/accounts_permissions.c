/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may read and change the files of accounts, and the homes of persons. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks/accounts.h"
#include "checks/checks.h"
#include "checks/sources.h"

#define READ  4
#define WRITE 2

static unsigned mode_of(struct bio_context *c, const struct bio_node *mode)
{
        return (unsigned)strtoul(bio_string(c, mode), NULL, 8);
}

/* Of a file's mode: bits beyond `most` fail. */
static bool judge_mode(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *metadata,
                       unsigned beyond, const char *most)
{
        const struct bio_node *mode = bio_get(c, metadata, "mode");
        struct bio_finding *finding;

        if (!bio_known(c, mode)) {
                bio_judge(c, subject, mode, BIO_EQUALS, most);
                return false;
        }
        if (!(mode_of(c, mode) & beyond))
                return true;
        finding = bio_conclude(c, subject, BIO_FAIL, "others may do more than is needed");
        bio_evidence(c, finding, mode, most, true);
        bio_evidence(c, finding, bio_get(c, metadata, "group"), NULL, false);
        return false;
}

static bool judge_owner(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *metadata,
                        int64_t owner)
{
        const struct bio_node *node = bio_get(c, metadata, "owner");
        char text[24];

        if (bio_integer(c, node) == owner)
                return true;
        (void)snprintf(text, sizeof(text), "%" PRId64, owner);
        bio_judge(c, subject, node, BIO_EQUALS, text);
        return false;
}

static void fail_by_grant(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *grant)
{
        struct bio_finding *finding = bio_conclude(c, subject, BIO_FAIL, "an access list lets somebody else in");

        bio_evidence(c, finding, grant, NULL, true);
}

/* --- files of accounts -------------------------------------------------------------------------------------------- */

/* What files hold, and who besides root may read it: members of a group that is there for it, where there is one. */
struct permitted {
        const char *contents, *group;
        bool group_root; /* the group with number 0 too */
        unsigned beyond, beyond_group;
        const char *most, *most_group;
};

static const struct permitted permitted[] = {
        {"directory", NULL, false, 0022U, 0, "writable by root alone", NULL},
        {"public", NULL, false, 07133U, 0, "at most 0644", NULL},
        {"secret", "shadow", true, 07177U, 07137U, "at most 0600, or 0640 of the group root or shadow", "at most 0640"},
        /* sshd ignores a key of root that a group can read, unless the distribution has taught it of this one. */
        {"key", "ssh_keys", false, 07177U, 07137U, "at most 0600, or 0640 of the group ssh_keys", "at most 0640"},
};

/* What is none of these is held against the last, the strictest. */
static const struct permitted *permitted_of(const char *contents)
{
        const struct permitted *p = permitted, *last = p + sizeof(permitted) / sizeof(*permitted) - 1;

        while (p < last && strcmp(p->contents, contents) != 0)
                p++;
        return p;
}

static bool is_reading_group(struct bio_context *c, const struct permitted *p, const struct bio_node *gid,
                             const struct bio_node *name)
{
        return (p->group_root && bio_integer(c, gid) == 0) ||
               (bio_state(c, name) != BIO_ABSENT && strcmp(bio_string(c, name), p->group) == 0);
}

/* Whether an entry of an access list gives more than the file's kind allows. */
static bool exceeds(struct bio_context *c, const struct bio_node *grant, const struct permitted *p)
{
        const bool user = strcmp(bio_string(c, bio_get(c, grant, "to")), "user") == 0;
        const struct bio_node *id = bio_get(c, grant, "id");
        const int64_t permissions = bio_integer(c, bio_get(c, grant, "permissions"));

        if (user && bio_integer(c, id) == 0)
                return false;
        if (permissions & WRITE)
                return true;
        return p->group && (permissions & READ) && (user || !is_reading_group(c, p, id, bio_get(c, grant, "name")));
}

void judge_file_permissions(struct bio_context *c, const struct bio_node *file)
{
        const struct permitted *p = permitted_of(bio_string(c, bio_get(c, file, "contents")));
        const struct bio_node *metadata = bio_get(c, file, "metadata"), *grant;
        const struct bio_subject *subject =
                bio_subject(c, BIO_TECHNICAL, "file:%s", bio_string(c, bio_get(c, file, "path")));
        unsigned beyond = p->beyond;
        const char *most = p->most;
        bool right;

        if (!bio_known(c, metadata)) {
                bio_judge(c, subject, metadata, BIO_EQUALS, most);
                return;
        }
        if (p->group && is_reading_group(c, p, bio_get(c, metadata, "group"), bio_get(c, metadata, "group_name"))) {
                beyond = p->beyond_group;
                most = p->most_group;
        }
        right = judge_owner(c, subject, metadata, 0);
        right = judge_mode(c, subject, metadata, beyond, most) && right;
        BIO_EACH (c, grant, bio_get(c, metadata, "acl"))
                if (exceeds(c, grant, p)) {
                        fail_by_grant(c, subject, grant);
                        right = false;
                }
        if (right)
                bio_evidence(c, bio_conclude(c, subject, BIO_PASS, "as it should be"), bio_get(c, metadata, "mode"),
                             most, true);
}

static void judge_file(struct bio_context *c, const struct bio_node *file)
{
        const struct bio_node *metadata = bio_get(c, file, "metadata");
        const char *path = bio_string(c, bio_get(c, file, "path"));

        if (bio_state(c, metadata) != BIO_ABSENT)
                judge_file_permissions(c, file);
        else if (strcmp(path, "/etc/passwd") == 0)
                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:%s", path), BIO_ERROR,
                                          "there is no such file"),
                             metadata, NULL, true);
}

static void file_permissions(struct bio_context *c)
{
        const struct bio_node *file;

        BIO_EACH (c, file, bio_query(c, "accounts.files", NULL))
                judge_file(c, file);
}

const struct bio_check accounts_file_permissions = {
        .id = "accounts.file-permissions",
        .title = {.nl = "Alleen root wijzigt de accountbestanden, en wachtwoordhashes zijn afgeschermd",
                  .en = "Only root can change the account files, and password hashes are shielded"},
        .why = {.nl = "Wie /etc/passwd, /etc/shadow of een map daarboven kan wijzigen, maakt zichzelf root. Wie de "
                      "hashes "
                      "kan lezen, kan er thuis wachtwoorden bij zoeken.",
                .en = "Whoever can change /etc/passwd, /etc/shadow or a directory above becomes root. Whoever "
                      "can "
                      "read the hashes can search for the passwords at leisure."},
        .fix = {.commands = "chown root:root /etc /etc/passwd* /etc/group*\nchown root:shadow /etc/shadow* "
                            "/etc/gshadow*\nsetfacl --remove-all /etc /etc/passwd* /etc/group* /etc/shadow* "
                            "/etc/gshadow*    # where ls -ld shows a +: an access list (package acl)\nchmod "
                            "u=rwX,go=rX /etc /etc/passwd* /etc/group*\nchmod u=rw,g=r,o= /etc/shadow* /etc/gshadow*",
                .risk = {.nl = "Een programma dat de hashes via een andere groep of een toegangslijst las, kan dat "
                               "daarna niet meer.",
                         .en = "A program that read the hashes through another group or an access list no longer can."},
                .undo = "getfacl --absolute-names /etc /etc/*shadow* /etc/passwd* /etc/group* > before    # first; "
                        "then, to go back: setfacl --restore=before"},
        .severity = BIO_CRITICAL,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .run = file_permissions,
};

/* --- homes -------------------------------------------------------------------------------------------------------- */

/* A user or group that an access list names is somebody else, unless it is the owner or root. */
static bool lets_in(struct bio_context *c, const struct bio_node *grant, int64_t owner)
{
        const int64_t id = bio_integer(c, bio_get(c, grant, "id"));

        if (bio_integer(c, bio_get(c, grant, "permissions")) == 0)
                return false;
        return strcmp(bio_string(c, bio_get(c, grant, "to")), "user") != 0 || (id != owner && id != 0);
}

static void judge_home(struct bio_context *c, const struct bio_node *person)
{
        const struct bio_node *home = bio_get(c, person, "home"), *uid = bio_get(c, person, "uid"), *grant;
        const struct bio_subject *subject = accounts_subject(c, bio_get(c, person, "name"));
        struct bio_finding *finding;
        bool right;

        if (bio_state(c, home) == BIO_ABSENT) {
                finding = bio_conclude(c, subject, BIO_NA, "there is no home directory");
                bio_evidence(c, finding, home, NULL, true);
                return;
        }
        if (!bio_known(c, home)) {
                bio_judge(c, subject, home, BIO_IS_ABSENT, NULL);
                return;
        }
        right = judge_owner(c, subject, home, bio_integer(c, uid));
        right = judge_mode(c, subject, home, 0027, "at most 0750") && right;
        BIO_EACH (c, grant, bio_get(c, home, "acl"))
                if (lets_in(c, grant, bio_integer(c, uid))) {
                        fail_by_grant(c, subject, grant);
                        right = false;
                }
        if (right) {
                finding = bio_conclude(c, subject, BIO_PASS, "as it should be");
                bio_evidence(c, finding, bio_get(c, home, "mode"), "at most 0750", true);
        }
}

static void home_permissions(struct bio_context *c)
{
        const struct bio_node *persons = bio_query(c, "accounts.persons", NULL), *person;

        if (accounts_unknown(c, persons, "/etc/passwd"))
                return;
        BIO_EACH (c, person, persons)
                if (!accounts_unknown(c, person, "/etc/passwd"))
                        judge_home(c, person);
        if (bio_count(c, persons) == 0)
                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/passwd"), BIO_NA,
                                          "no account here is a person's"),
                             persons, NULL, true);
        judge_unseen_sources(c, "passwd");
}

const struct bio_check accounts_home_permissions = {
        .id = "accounts.home-permissions",
        .title = {.nl = "Een homedirectory is van de persoon zelf en voor anderen dicht",
                  .en = "A home directory is its owner's alone, and closed to others"},
        .why = {.nl = "In een homedirectory liggen sleutels, geschiedenis en werk. Kan een ander erin schrijven, dan "
                      "logt "
                      "die in als de eigenaar.",
                .en = "A home holds keys, history and work. Whoever else can write there logs in as its owner."},
        .fix = {.commands = "setfacl --remove-all HOME    # where ls -ld shows a +: an access list (package "
                            "acl)\nchown ACCOUNT HOME\nchmod u=rwx,g-w,o= HOME",
                .risk = {.nl = "Wat andere accounts in de homedirectory lezen, zoals een webserver in public_html, "
                               "werkt daarna niet meer.",
                         .en = "What other accounts read in the home, such as a web server in public_html, stops "
                               "working."},
                .undo = "chmod OLD HOME"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", NULL},
        .run = home_permissions,
};
