/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of what is logged and kept. */
#include <string.h>

#include "checks/checks.h"
#include "checks/in_force.h"

/* --- log.persistent */

static void judge_kept(struct bio_context *c, const struct bio_node *fact)
{
        const struct bio_subject *subject = bio_subject(c, BIO_TECHNICAL, "service:systemd-journald");
        const struct bio_node *kept = bio_get(c, fact, "kept"), *others = bio_get(c, fact, "others"), *other;

        if (!bio_known(c, kept) || strcmp(bio_string(c, kept), "on disk") == 0 || bio_count(c, others) == 0)
                bio_judge(c, subject, kept, BIO_EQUALS, "on disk");
        else
                BIO_EACH (c, other, others)
                        bio_evidence(c,
                                     bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "unit:%s", bio_string(c, other)),
                                                  BIO_ERROR,
                                                  "what another syslog service keeps is not modelled by this version"),
                                     kept, "on disk", true);
}

static void persistent(struct bio_context *c)
{
        const struct bio_node *fact = bio_fact(c, "journald");

        judge_kept(c, fact);
        judge_in_force(c, "systemd-journald", bio_get(c, fact, "in_force"),
                       "the running journald has not taken over what is on disk");
}

const struct bio_check log_persistent = {
        .id = "log.persistent",
        .title = {.nl = "Logboeken blijven bewaard na een herstart", .en = "Logs survive a restart"},
        .why = {.nl = "Een journaal dat alleen in het geheugen staat is na een herstart weg: wat er gebeurde, ook bij "
                      "een inbraak of storing, is dan niet meer te achterhalen.",
                .en = "A journal that is in memory only is gone after a restart: what happened, an intrusion or a "
                      "failure included, can then no longer be traced."},
        .fix = {.commands = "mkdir -p /var/log/journal /etc/systemd/journald.conf.d\n"
                            "printf '[Journal]\\nStorage=persistent\\n' "
                            "> /etc/systemd/journald.conf.d/zz-persistent.conf\n"
                            "systemd-tmpfiles --create --prefix=/var/log/journal\n"
                            "systemctl unmask systemd-journal-flush.service",
                .reload = "systemctl restart systemd-journald.service && journalctl --flush\n"
                          "! systemctl is-active --quiet auditd.service || auditctl -e 1    # Debian 12: a start "
                          "of journald switches auditing off",
                .risk = {.nl = "Het journaal neemt ten hoogste een tiende van het bestandssysteem in, en nooit meer "
                               "dan 4 GiB (SystemMaxUse=). Ligt /var/log op een tmpfs, dan moet ook /etc/fstab anders.",
                         .en = "The journal takes at most a tenth of the file system, and never more than 4 GiB "
                               "(SystemMaxUse=). Where /var/log is on a tmpfs, /etc/fstab has to change too."},
                .undo = "rm /etc/systemd/journald.conf.d/zz-persistent.conf"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"journald", NULL},
        .run = persistent,
};

/* --- log.permissions */

#define LOG_DIRECTORY "/var/log"

static void judge_beyond(struct bio_context *c, const struct bio_node *list, const char *note)
{
        const struct bio_node *entry;

        BIO_EACH (c, entry, list) {
                const struct bio_node *by = bio_get(c, entry, "by");
                struct bio_finding *finding = bio_conclude(
                        c, bio_subject(c, BIO_TECHNICAL, "file:%s", bio_string(c, bio_get(c, entry, "path"))), BIO_FAIL,
                        "%s", note);

                bio_evidence(c, finding, by, "root, its service, utmp or adm", true);
                bio_evidence(c, finding, bio_get(c, entry, "mode"), NULL, false);
        }
}

static void permissions(struct bio_context *c)
{
        const struct bio_node *fact = bio_fact(c, "logs"), *unknown;
        const bool reading = strcmp(bio_string(c, bio_parameter(c, "access")), "read") == 0;
        const struct bio_node *beyond = bio_get(c, fact, reading ? "read" : "written");
        const struct bio_subject *subject = bio_subject(c, BIO_TECHNICAL, "file:" LOG_DIRECTORY);

        if (bio_state(c, fact) == BIO_ABSENT) {
                bio_evidence(c, bio_conclude(c, subject, BIO_NA, "there is no such directory"), fact, NULL, true);
                return;
        }
        if (!bio_known(c, fact)) {
                bio_judge(c, subject, fact, BIO_IS_ABSENT, NULL);
                return;
        }
        judge_beyond(c, beyond, reading ? "others can read it" : "others can change it");
        BIO_EACH (c, unknown, bio_get(c, fact, "unknown"))
                bio_judge(c, bio_subject(c, BIO_TECHNICAL, "file:%s", bio_string(c, bio_get(c, unknown, "path"))),
                          bio_get(c, unknown, "by"), BIO_IS_ABSENT, NULL);
        if (bio_count(c, beyond) == 0)
                bio_evidence(c,
                             bio_conclude(c, subject, BIO_PASS,
                                          reading ? "nobody else can read them" : "nobody else can change them"),
                             bio_get(c, fact, "files"), NULL, true);
}

static const struct bio_parameter permission_parameters[] = {
        {.name = "access",
         .type = BIO_PARAMETER_TEXT,
         .fallback = "write",
         .title = {.nl = "write: wijzigen; read: lezen", .en = "write: changing; read: reading"}},
        {.name = NULL},
};

const struct bio_check log_permissions = {
        .id = "log.permissions",
        .title = {.nl = "Logbestanden zijn beschermd tegen anderen", .en = "Log files are protected from others"},
        .why = {.nl = "Wie een logbestand kan wijzigen of vervangen kan sporen wissen of verzinnen; dan bewijst het "
                      "niets "
                      "meer.",
                .en = "Whoever can change or replace a log file can wipe out traces or invent them; then it proves "
                      "nothing any more."},
        .fix = {.commands =
                        "setfacl --remove-all FILE    # where ls -ld shows a +: an access list (package acl)\nchown "
                        "root:adm FILE          # for each finding; a service keeps what is its own\nchmod g-w,o-w "
                        "FILE\nchmod o-r FILE               # where reading is the finding\ngrep -rn create "
                        "/etc/logrotate.conf /etc/logrotate.d    # the mode that the next file gets",
                .risk = {.nl = "Een dienst die als eigen gebruiker logt kan daarna niet meer schrijven: laat die "
                               "eigenaar staan. Wat een log leest als een andere gebruiker, zoals een logverzamelaar, "
                               "heeft dan de groep adm nodig.",
                         .en = "A service that logs as its own user can no longer write afterwards: leave that owner "
                               "as it is. What reads a log as another user, such as a log shipper, needs the group "
                               "adm."},
                .undo = "chown OWNER:GROUP FILE; chmod MODE FILE    # as in the finding"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"logs", NULL},
        .parameters = permission_parameters,
        .run = permissions,
};
