/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of backups. */
#include <string.h>

#include "checks/checks.h"

/* Seconds that a start may be late before it counts as missed; proposal. */
#define GRACE 3600

/* A contradiction: what is to run failed, started nothing, or is past its time. NULL: none. */
static struct bio_finding *judge_runs(struct bio_context *c, const struct bio_subject *subject,
                                      const struct bio_node *job)
{
        const struct bio_node *timer = bio_get(c, job, "timer"), *service = bio_get(c, job, "service");
        const struct bio_node *started = bio_get(c, job, "started"), *due = bio_get(c, job, "due");
        const struct bio_node *last = bio_get(c, job, "last");
        struct bio_finding *finding;

        if (bio_known(c, service) && strcmp(bio_string(c, service), "failed") == 0)
                return bio_judge(c, subject, service, BIO_NOT_EQUALS, "failed");
        if (bio_known(c, timer) && strcmp(bio_string(c, timer), "failed") == 0)
                return bio_judge(c, subject, timer, BIO_NOT_EQUALS, "failed");
        if (bio_known(c, started) && !bio_boolean(c, started) && bio_integer(c, last) + GRACE < bio_now(c)) {
                finding = bio_conclude(c, subject, BIO_FAIL, "when it was last due nothing was started");
                bio_evidence(c, finding, started, "true", true);
                return finding;
        }
        if (!bio_known(c, due))
                return NULL;
        if (bio_integer(c, due) + GRACE >= bio_now(c)) {
                bio_changes_at(c, bio_integer(c, due) + GRACE + 1);
                return NULL;
        }
        finding = bio_conclude(c, subject, BIO_FAIL, "it did not run though it was due");
        bio_evidence(c, finding, due, "a run by then", true);
        return finding;
}

/* What is here says whether a backup is made; that it holds what it should, or can be restored, it does not say. */
static bool judge_job(struct bio_context *c, const struct bio_node *job)
{
        const struct bio_node *name = bio_get(c, job, "name"), *enabled = bio_get(c, job, "enabled");
        const struct bio_node *program = bio_get(c, job, "program"), *timer = bio_get(c, job, "timer");
        const struct bio_subject *subject = bio_subject(c, bio_class(c, name), "%s", bio_string(c, name));
        struct bio_finding *finding;

        /* What never comes is no schedule. */
        if (!bio_known(c, enabled) || !bio_boolean(c, enabled) || bio_state(c, bio_get(c, job, "due")) == BIO_ABSENT)
                return false;
        if (judge_runs(c, subject, job))
                return true;
        if (bio_known(c, timer) && strcmp(bio_string(c, timer), "active") != 0) {
                finding = bio_conclude(c, subject, BIO_MANUAL,
                                       "enabled and not started: until the next start nothing runs");
                bio_evidence(c, finding, timer, "active", true);
                return true;
        }
        finding = bio_conclude(c, subject, BIO_PASS, "a job that is enabled");
        bio_evidence(c, finding, program, NULL, true);
        return true;
}

static bool declared(struct bio_context *c)
{
        const struct bio_node *list = bio_declared(c, "backup"), *entry;
        bool any = false;

        BIO_EACH (c, entry, list) {
                const struct bio_node *client = bio_get(c, entry, "client");

                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "backup:outside"), BIO_NA,
                                          "backups are made from outside, as declared: judged there"),
                             client, NULL, true);
                any = true;
        }
        return any;
}

/* What was declared of backups from outside, and lapsed. */
static void add_expired(struct bio_context *c, struct bio_finding *finding)
{
        const struct bio_node *entry;

        BIO_EACH (c, entry, bio_lapsed(c, "backup"))
                bio_evidence(c, finding, bio_get(c, entry, "until"), "a declaration in force", true);
}

static void scheduled(struct bio_context *c)
{
        const struct bio_node *fact = bio_fact(c, "backup"), *job, *client;
        struct bio_finding *finding;
        bool any = false, expired;

        BIO_EACH (c, job, bio_get(c, fact, "jobs"))
                any = judge_job(c, job) || any;
        if (any || declared(c))
                return;
        expired = bio_count(c, bio_lapsed(c, "backup")) > 0;
        finding = bio_conclude(
                c, bio_subject(c, BIO_TECHNICAL, "backup:schedule"), BIO_MANUAL, "%s",
                expired ? "no job of a known backup program is enabled here, and what is declared of backups from "
                          "outside has expired"
                        : "no job of a known backup program is enabled here, which says nothing of backups from "
                          "outside");
        if (expired)
                add_expired(c, finding);
        bio_evidence(c, finding, bio_get(c, fact, "looked_for"), NULL, true);
        BIO_EACH (c, client, bio_get(c, fact, "clients"))
                bio_evidence(c,
                             bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "client:%s", bio_string(c, client)),
                                          BIO_MANUAL,
                                          "a client that a server drives: when it makes backups is known there"),
                             client, NULL, true);
}

const struct bio_check backup_scheduled = {
        .id = "backup.scheduled",
        .title = {.nl = "Een back-up is gepland en mislukt niet", .en = "A backup is scheduled and does not fail"},
        .why = {.nl = "Een back-up waarvan de taak niet loopt of mislukt, is er niet op de dag dat hij nodig is.",
                .en = "A backup whose job does not run, or fails, is not there on the day that it is needed."},
        .fix = {.commands = "systemctl list-timers --all      # what is scheduled\n"
                            "journalctl --unit NAME.service   # why the last run failed\n"
                            "systemctl start NAME.service     # try it again",
                .risk = {.nl = "Een back-up belast schijf en netwerk; start hem op een rustig moment. Maakt iets van "
                               "buiten de back-up, leg dat dan vast in /etc/bioagent/declarations.d (onderwerp "
                               "`backup`).",
                         .en = "A backup loads disk and network; start it at a quiet moment. Where something outside "
                               "makes the backup, declare it in /etc/bioagent/declarations.d (subject `backup`)."}},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"backup", NULL},
        .run = scheduled,
};
