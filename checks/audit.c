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

/* Whether the daemon, once it is started, takes its configuration, and the records of this host. */
static void judge_configuration(struct bio_context *c, const struct bio_node *config)
{
        const struct bio_subject *subject;
        const struct bio_node *state = bio_get(c, config, "state"), *settings = bio_get(c, config, "settings");
        const struct bio_node *events, *writes;

        if (bio_state(c, config) == BIO_ABSENT)
                return;
        if (!bio_known(c, config)) {
                bio_judge(c, bio_subject(c, BIO_TECHNICAL, "file:/etc/audit/auditd.conf"), config, BIO_EQUALS, "taken");
                return;
        }
        subject = bio_subject(c, BIO_TECHNICAL, "file:%s", bio_string(c, bio_get(c, config, "path")));
        if (!bio_known(c, state) || strcmp(bio_string(c, state), "taken") != 0) {
                bio_judge(c, subject, state, BIO_EQUALS, "taken");
                return;
        }
        events = bio_get(c, settings, "local_events");
        writes = bio_get(c, settings, "write_logs");
        if (!bio_boolean(c, events))
                bio_judge(c, subject, events, BIO_IS_TRUE, NULL);
        else if (!bio_boolean(c, writes))
                bio_evidence(c,
                             bio_conclude(c, subject, BIO_ERROR,
                                          "records go to plugins alone, which this version does not look at"),
                             writes, "yes", true);
}

/* In a container the kernel's audit is another's. */
static bool is_elsewhere(struct bio_context *c, const struct bio_subject *kernel, const struct bio_node *fact)
{
        const struct bio_node *container = bio_get(c, fact, "container");

        if (!bio_known(c, container) || strcmp(bio_string(c, container), "none") == 0)
                return false;
        bio_evidence(c, bio_conclude(c, kernel, BIO_NA, "in a container the kernel's audit is the host's"), container,
                     NULL, true);
        return true;
}

static void audit(struct bio_context *c)
{
        const struct bio_node *fact = bio_fact(c, "audit");
        const struct bio_subject *kernel = bio_subject(c, BIO_TECHNICAL, "kernel:audit");

        if (is_elsewhere(c, kernel, fact))
                return;
        bio_judge(c, kernel, bio_get(c, bio_get(c, fact, "status"), "enabled"), BIO_AT_LEAST, "1");
        bio_judge(c, bio_subject(c, BIO_TECHNICAL, "process:auditd"), bio_get(c, bio_get(c, fact, "daemon"), "name"),
                  BIO_EQUALS, "auditd");
        judge_unit(c);
        judge_configuration(c, bio_get(c, fact, "config"));
}

const struct bio_check audit_enabled = {
        .id = "audit.enabled",
        .title = {.nl = "Auditlogging staat aan", .en = "Audit logging is on"},
        .why = {.nl = "Zonder auditd en een kernel die meldt is achteraf niet vast te stellen wie op deze host wat "
                      "deed.",
                .en = "Without auditd, and a kernel that reports to it, nobody can tell afterwards who did what on "
                      "this host."},
        .fix = {.commands = "apt install auditd\nsystemctl unmask auditd.service\nsystemctl enable --now "
                            "auditd.service\nauditctl -e 1",
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

/* --- audit.loaded */

/* True where the kernel lacks it. */
static bool judge_rule(struct bio_context *c, const struct bio_node *rule)
{
        const struct bio_node *text = bio_get(c, rule, "text"), *state = bio_get(c, rule, "state");

        bio_judge(c, bio_subject(c, bio_class(c, text), "rule:%s", bio_string(c, text)), state, BIO_EQUALS, "loaded");
        return bio_known(c, state) && strcmp(bio_string(c, state), "not loaded") == 0;
}

/* What somebody loaded by hand is gone at the next start, but takes nothing away. */
static void note_rule(struct bio_context *c, const struct bio_node *text)
{
        const struct bio_subject *subject = bio_subject(c, bio_class(c, text), "rule:%s", bio_string(c, text));

        bio_evidence(c, bio_conclude(c, subject, BIO_PASS, "loaded, and laid down in no file"), text, NULL, true);
}

static void not_examined(struct bio_context *c, const struct bio_subject *kernel, const struct bio_node *node,
                         const char *why)
{
        bio_evidence(c, bio_conclude(c, kernel, BIO_NA, "%s", why), node, NULL, true);
}

static void rules(struct bio_context *c)
{
        const struct bio_subject *kernel = bio_subject(c, BIO_TECHNICAL, "kernel:audit-rules");
        const struct bio_node *fact = bio_fact(c, "audit"), *all = bio_query(c, "audit.rules", NULL), *rule;
        const struct bio_node *laid = bio_get(c, all, "laid_down"), *loaded = bio_get(c, all, "loaded");
        const struct bio_node *stops = bio_get(c, all, "stops_at");
        bool missing = false;

        if (is_elsewhere(c, kernel, fact))
                return;
        if (bio_state(c, laid) == BIO_ABSENT)
                return not_examined(c, kernel, laid, "nothing on this host loads audit rules");
        if (bio_known(c, laid) && bio_count(c, laid) == 0)
                return not_examined(c, kernel, laid, "no audit rule is laid down");
        if (!bio_known(c, laid) || !bio_known(c, loaded)) {
                bio_judge(c, kernel, bio_known(c, laid) ? loaded : laid, BIO_EQUALS, "the rules laid down");
                return;
        }
        BIO_EACH (c, rule, laid)
                missing = judge_rule(c, rule) || missing;
        BIO_EACH (c, rule, bio_get(c, all, "not_laid_down"))
                note_rule(c, rule);
        if (missing && bio_known(c, stops))
                bio_because(c, "the audit rules are loaded up to the first that cannot be: %s", bio_string(c, stops));
}

const struct bio_check audit_loaded = {
        .id = "audit.loaded",
        .title = {.nl = "De kernel heeft de auditregels die zijn vastgelegd",
                  .en = "The kernel has the audit rules that are laid down"},
        .why = {.nl = "Een regel die wel in een bestand staat maar niet is geladen, of achter een regel met `never` "
                      "staat, legt niets vast. Laden stopt bij de eerste regel die niet kan, zonder dat iets anders "
                      "dat meldt.",
                .en = "A rule that stands in a file but is not loaded, or stands behind one that says `never`, records "
                      "nothing. Loading stops at the first rule that cannot be loaded, and hardly anything says so."},
        .fix = {.commands = "auditctl -l             # what is loaded now\n"
                            "ls /etc/audit/rules.d   # correct the rules here; the finding names file and line",
                .reload = "augenrules --load && auditctl -s",
                .risk = {.nl = "Opnieuw laden wist eerst alle geladen regels; ook die met de hand zijn geladen. Staat "
                               "`enabled` op 2, dan zijn de regels tot de volgende start vergrendeld en gaan "
                               "wijzigingen pas dan in.",
                         .en = "Loading again first removes all loaded rules, those loaded by hand too. Where "
                               "`enabled` "
                               "is 2 the rules are locked until the next start, and changes take effect only then."},
                .undo = "cp --archive /etc/audit/audit.rules.prev /etc/audit/audit.rules && auditctl -R "
                        "/etc/audit/audit.rules"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"audit", NULL},
        .run = rules,
};
