/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of the kernel's audit. */
#include <string.h>

#include "checks/checks.h"

/* What the next start will do. */
static void judge_unit(struct bio_context *c)
{
        const struct bio_subject *subject = bio_subject(c, BIO_TECHNICAL, "unit:auditd.service");
        const struct bio_node *unit = bio_query(c, "systemd.unit", "unit", "auditd.service");
        const struct bio_node *package = bio_query(c, "packages.installed", "name", "auditd");

        bio_judge(c, subject, bio_get(c, unit, "file_state"), BIO_EQUALS, "enabled");
        if (bio_state(c, unit) == BIO_ABSENT && bio_state(c, package) == BIO_ABSENT)
                bio_because(c, "package auditd is not installed");
}

static void audit(struct bio_context *c)
{
        const struct bio_node *fact = bio_fact(c, "audit"), *container = bio_get(c, fact, "container");
        const struct bio_subject *kernel = bio_subject(c, BIO_TECHNICAL, "kernel:audit");

        if (bio_known(c, container) && strcmp(bio_string(c, container), "none") != 0) {
                bio_evidence(c, bio_conclude(c, kernel, BIO_NA, "in a container the kernel's audit is the host's"),
                             container, NULL, true);
                return;
        }
        bio_judge(c, kernel, bio_get(c, bio_get(c, fact, "status"), "enabled"), BIO_AT_LEAST, "1");
        bio_judge(c, bio_subject(c, BIO_TECHNICAL, "process:auditd"), bio_get(c, bio_get(c, fact, "daemon"), "name"),
                  BIO_EQUALS, "auditd");
        judge_unit(c);
}

const struct bio_check audit_enabled = {
        .id = "audit.enabled",
        .title = {.nl = "Auditlogging staat aan", .en = "Audit logging is on"},
        .why = {.nl = "Zonder auditd en een kernel die meldt is achteraf niet vast te stellen wie op deze host wat "
                      "deed.",
                .en = "Without auditd, and a kernel that reports to it, nobody can tell afterwards who did what on "
                      "this host."},
        .fix = {.commands = "apt install auditd\nsystemctl enable --now auditd.service\nauditctl -e 1",
                .risk = {.nl = "Veel regels op een drukke host kosten schijfruimte en tijd; max_log_file_action en "
                               "space_left_action in /etc/audit/auditd.conf bepalen wat er bij een volle schijf "
                               "gebeurt.",
                         .en = "Many rules on a busy host cost disk space and time; max_log_file_action and "
                               "space_left_action in "
                               "/etc/audit/auditd.conf decide what happens when the disk is full."},
                .undo = "systemctl disable --now auditd.service"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"audit", "systemd", "packages", NULL},
        .run = audit,
};
