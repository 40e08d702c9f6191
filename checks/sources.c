/* SPDX-License-Identifier: EUPL-1.2 */
#include "checks/sources.h"

#include <string.h>

void conclude_nobody(struct bio_context *c, const struct bio_node *users)
{
        bio_evidence(c,
                     bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/passwd"), BIO_ERROR,
                                  "no account is seen that has uid 0, not even root"),
                     users, NULL, true);
}

bool judge_no_passwd(struct bio_context *c)
{
        const struct bio_node *users = bio_get(c, bio_fact(c, "accounts"), "users");

        if (bio_state(c, users) != BIO_ABSENT)
                return false;
        conclude_nobody(c, users);
        return true;
}

/* Accounts elsewhere are judged where they are kept, once it is declared who answers for that directory. */
void judge_directory(struct bio_context *c, const struct bio_node *name)
{
        const struct bio_subject *subject = bio_subject(c, BIO_TECHNICAL, "source:%s", bio_string(c, name));
        const struct bio_node *declared = bio_declared(c, "directories");
        const struct bio_node *entry = bio_find(c, declared, "source", bio_string(c, name));
        struct bio_finding *finding;

        if (entry) {
                finding = bio_conclude(c, subject, BIO_NA, "judged where this directory is kept");
                bio_evidence(c, finding, bio_get(c, entry, "source"), NULL, true);
                bio_evidence(c, finding, bio_get(c, entry, "answers"), NULL, false);
                return;
        }
        finding = bio_conclude(c, subject, BIO_MANUAL,
                               "accounts of this source are not seen from this host, and who answers for it is not "
                               "declared%s%s",
                               bio_known(c, declared) ? "" : ": ", bio_known(c, declared) ? "" : bio_why(c, declared));
        bio_evidence(c, finding, name, "files, compat or systemd", true);
}

/* Of a local source it must be certain that it makes no account that passwd lacks. */
static void judge_source(struct bio_context *c, const struct bio_node *source)
{
        const struct bio_node *name = bio_get(c, source, "name");

        if (strcmp(bio_string(c, bio_get(c, source, "kind")), "local") == 0)
                bio_judge(c, bio_subject(c, BIO_TECHNICAL, "source:%s", bio_string(c, name)),
                          bio_get(c, source, "records"), BIO_EQUALS, "0");
        else
                judge_directory(c, name);
}

void judge_sources(struct bio_context *c)
{
        const struct bio_node *source;

        BIO_EACH (c, source, bio_query(c, "accounts.sources", NULL))
                judge_source(c, source);
}

void judge_unseen_sources(struct bio_context *c, const char *databases)
{
        const struct bio_node *source, *records;

        BIO_EACH (c, source, bio_query(c, "accounts.sources", "databases", databases)) {
                records = bio_get(c, source, "records");
                if (!bio_known(c, records) || bio_integer(c, records) != 0)
                        judge_source(c, source);
        }
}
