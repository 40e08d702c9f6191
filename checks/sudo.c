/* SPDX-License-Identifier: EUPL-1.2 */
/* sudo: how it runs a command, how long it takes a password to be known, and whether it writes down what was done. */
#include <stdio.h>
#include <string.h>

#include "checks/checks.h"
#include "checks/sources.h"

#define SUBJECT_MOST 512

static const struct bio_subject *sudo_subject(struct bio_context *c)
{
        return bio_subject(c, BIO_TECHNICAL, "service:sudo");
}

/* What can be in force of each setting; NULL: there is nothing to judge, which is said. */
static const struct bio_node *sudo_settings(struct bio_context *c)
{
        const struct bio_node *settings = bio_query(c, "sudo.settings", NULL);
        const struct bio_node *works = bio_get(c, bio_fact(c, "sudo"), "works"), *source;

        if (bio_state(c, settings) == BIO_ABSENT) {
                bio_evidence(c, bio_conclude(c, sudo_subject(c), BIO_NA, "sudo is not installed"), settings, NULL,
                             true);
                return NULL;
        }
        if (!bio_known(c, settings)) {
                bio_judge(c, sudo_subject(c), settings, BIO_IS_TRUE, NULL);
                return NULL;
        }
        if (bio_known(c, works) && !bio_boolean(c, works)) {
                bio_evidence(c, bio_conclude(c, sudo_subject(c), BIO_NA, "sudo runs nothing for anybody"), works, NULL,
                             true);
                return NULL;
        }
        /* Defaults and rules of a directory (`sudoers:` of nsswitch.conf) count beside those of files. */
        BIO_EACH (c, source, bio_get(c, bio_query(c, "accounts.privileged", NULL), "sudoers"))
                judge_directory(c, source);
        return settings;
}

/* Of a setting's entries the first holds wherever no other does: of its scope (NULL) nothing is said. */
static const struct bio_subject *scope_subject(struct bio_context *c, const struct bio_node *scope)
{
        const struct bio_node *members, *member;
        char names[SUBJECT_MOST] = "";
        size_t length = 0;

        if (!scope)
                return sudo_subject(c);
        members = bio_get(c, scope, "members");
        BIO_EACH (c, member, members) {
                const struct bio_node *name = bio_get(c, member, "name"), *arguments = bio_get(c, member, "arguments");

                if (length >= sizeof(names))
                        break;
                length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s%s%s%s", length ? "," : "",
                                           bio_known(c, bio_get(c, member, "negated")) ? "!" : "",
                                           bio_known(c, name) ? bio_string(c, name) : "ALL",
                                           bio_known(c, arguments) ? " " : "",
                                           bio_known(c, arguments) ? bio_string(c, arguments) : "");
        }
        return bio_subject(c, bio_class(c, members), "service:sudo/%s:%s", bio_string(c, bio_get(c, scope, "kind")),
                           names);
}

/* --- a terminal of its own ---------------------------------------------------------------------------------------- */

static void pty(struct bio_context *c)
{
        const struct bio_node *settings = sudo_settings(c), *entry, *first = NULL;

        if (!settings)
                return;
        BIO_EACH (c, entry, bio_get(c, settings, "use_pty")) {
                const struct bio_node *value = bio_get(c, entry, "value");

                bio_evidence(c,
                             bio_conclude(c, scope_subject(c, first ? bio_get(c, entry, "scope") : NULL),
                                          bio_boolean(c, value) ? BIO_PASS : BIO_FAIL,
                                          "whether a command gets a terminal of its own"),
                             value, "use_pty", true);
                first = first ? first : entry;
        }
}

const struct bio_check sudo_pty = {
        .id = "sudo.pty",
        .title = {.nl = "Wat sudo uitvoert krijgt een eigen terminal",
                  .en = "What sudo runs gets a terminal of its own"},
        .why = {.nl = "Een programma dat als root op de terminal van de gebruiker draait, kan daar blijven hangen en "
                      "later, als sudo al klaar is, toetsaanslagen lezen of erin zetten.",
                .en = "A program that runs as root on the user's own terminal can stay there, and later, when sudo is "
                      "done, read what is typed or type itself."},
        .fix = {.commands = "echo 'Defaults use_pty' > /etc/sudoers.d/zz-use-pty\n"
                            "chmod 0440 /etc/sudoers.d/zz-use-pty\n"
                            "visudo -c    # if it complains: rm /etc/sudoers.d/zz-use-pty",
                .risk = {.nl = "Een programma dat sudo in de achtergrond start, eindigt met de sessie. Van de regels "
                               "die voor iemand gelden telt de laatste die sudo leest, en die voor bepaalde opdrachten "
                               "(Defaults!) telt na alle andere: pas die zelf aan. Houd een tweede sessie open.",
                         .en = "A program that sudo starts in the background ends with the session. Of the lines that "
                               "hold for somebody the last that sudo reads counts, and one for certain commands "
                               "(Defaults!) counts after all others: change that one itself. Keep a second session "
                               "open."},
                .undo = "rm /etc/sudoers.d/zz-use-pty"},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", "sudo", NULL},
        .run = pty,
};

/* --- how long a password counts ----------------------------------------------------------------------------------- */

#define TIMEOUT_MOST 900 /* seconds */

static void timeout(struct bio_context *c)
{
        const struct bio_node *settings = sudo_settings(c), *entry, *first = NULL;

        if (!settings)
                return;
        BIO_EACH (c, entry, bio_get(c, settings, "timestamp_timeout")) {
                const struct bio_node *value = bio_get(c, entry, "value");
                const int64_t seconds = bio_integer(c, value);
                struct bio_finding *finding;

                finding = bio_conclude(c, scope_subject(c, first ? bio_get(c, entry, "scope") : NULL),
                                       seconds >= 0 && seconds <= TIMEOUT_MOST ? BIO_PASS : BIO_FAIL,
                                       seconds < 0 ? "once given, a password counts until the host restarts"
                                                   : "for how many seconds a password counts");
                bio_evidence(c, finding, value, "timestamp_timeout from 0 to 900 seconds", true);
                first = first ? first : entry;
        }
}

const struct bio_check sudo_timeout = {
        .id = "sudo.timeout",
        .title = {.nl = "Na hooguit een kwartier vraagt sudo opnieuw om een wachtwoord",
                  .en = "After a quarter of an hour at most sudo asks for a password again"},
        .why = {.nl = "Zolang het wachtwoord nog geldt, is wie achter een open terminal gaat zitten, of een programma "
                      "dat daarin draait, met één opdracht root.",
                .en = "As long as the password still counts, whoever sits down at an open terminal, or a program that "
                      "runs in it, is root with one command."},
        .fix = {.commands = "echo 'Defaults timestamp_timeout=15' > /etc/sudoers.d/zz-timeout\n"
                            "chmod 0440 /etc/sudoers.d/zz-timeout\n"
                            "visudo -c    # if it complains: rm /etc/sudoers.d/zz-timeout",
                .risk = {.nl = "Een lange taak die zelf sudo gebruikt, blijft halverwege op een wachtwoord wachten. "
                               "Van de regels die voor iemand gelden telt de laatste die sudo leest, en die voor "
                               "bepaalde opdrachten (Defaults!) telt na alle andere: pas die zelf aan.",
                         .en = "A long job that uses sudo itself waits halfway for a password. Of the lines that hold "
                               "for somebody the last that sudo reads counts, and one for certain commands "
                               "(Defaults!) counts after all others: change that one itself."},
                .undo = "rm /etc/sudoers.d/zz-timeout"},
        .severity = BIO_LOW,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", "sudo", NULL},
        .run = timeout,
};

/* --- what is written down ----------------------------------------------------------------------------------------- */

enum setting { LOG_ALLOWED, SYSLOG, PRIORITY, LOGFILE, SETTINGS };

/* What switches each off, beside `!`. */
static const struct {
        const char *name, *off;
} logging_settings[SETTINGS] = {
        [LOG_ALLOWED] = {"log_allowed", NULL},
        [SYSLOG] = {"syslog", NULL},
        [PRIORITY] = {"syslog_goodpri", "none"},
        [LOGFILE] = {"logfile", "/dev/null"},
};

struct logging {
        struct bio_context *c;
        const struct bio_node *entries[SETTINGS];
};

static bool is_off(const struct logging *l, enum setting s, const struct bio_node *entry)
{
        const struct bio_node *value = bio_get(l->c, entry, "value");

        if (l->c->functions->type(l->c, value) == BIO_BOOL)
                return !bio_boolean(l->c, value);
        return logging_settings[s].off && strcmp(bio_string(l->c, value), logging_settings[s].off) == 0;
}

static bool same_member(struct bio_context *c, const struct bio_node *a, const struct bio_node *b)
{
        static const char *const keys[] = {"type", "name", "arguments"};
        size_t i;

        if (bio_known(c, bio_get(c, a, "negated")) != bio_known(c, bio_get(c, b, "negated")))
                return false;
        for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
                const struct bio_node *x = bio_get(c, a, keys[i]), *y = bio_get(c, b, keys[i]);

                if (bio_known(c, x) != bio_known(c, y) ||
                    (bio_known(c, x) && strcmp(bio_string(c, x), bio_string(c, y)) != 0))
                        return false;
        }
        return true;
}

/* NULL: the scope of all. */
static bool same_scope(struct bio_context *c, const struct bio_node *a, const struct bio_node *b)
{
        const struct bio_node *left, *right, *member;
        size_t i = 0;

        if (!a || !b)
                return a == b;
        left = bio_get(c, a, "members");
        right = bio_get(c, b, "members");
        if (bio_count(c, left) != bio_count(c, right) ||
            strcmp(bio_string(c, bio_get(c, a, "kind")), bio_string(c, bio_get(c, b, "kind"))) != 0)
                return false;
        BIO_EACH (c, member, left)
                if (!same_member(c, member, c->functions->at(c, right, i++)))
                        return false;
        return true;
}

/* Of one setting the entry of a scope; NULL: it has none. */
static const struct bio_node *own(const struct logging *l, enum setting s, const struct bio_node *scope)
{
        const struct bio_node *entry;
        size_t i;

        if (!scope)
                return l->c->functions->at(l->c, l->entries[s], 0);
        for (i = 1; (entry = l->c->functions->at(l->c, l->entries[s], i)); i++)
                if (same_scope(l->c, bio_get(l->c, entry, "scope"), scope))
                        return entry;
        return NULL;
}

/* The entry that is in force in a scope where no other applies too. */
static const struct bio_node *in_force(const struct logging *l, enum setting s, const struct bio_node *scope)
{
        const struct bio_node *entry = own(l, s, scope);

        return entry ? entry : own(l, s, NULL);
}

/* Whether another scope, which may meet this one, switches a setting so. */
static bool elsewhere(const struct logging *l, enum setting s, const struct bio_node *scope, bool off)
{
        const struct bio_node *entry;
        size_t i;

        for (i = 1; (entry = l->c->functions->at(l->c, l->entries[s], i)); i++)
                if (is_off(l, s, entry) == off && !same_scope(l->c, bio_get(l->c, entry, "scope"), scope))
                        return true;
        return false;
}

/* Whether another scope, which may meet this one, can change what becomes of it. */
static bool others_matter(const struct logging *l, const struct bio_node *scope, bool no_syslog, bool no_logfile)
{
        if (!scope)
                return false;
        if (no_syslog && no_logfile)
                return elsewhere(l, SYSLOG, scope, false) || elsewhere(l, PRIORITY, scope, false) ||
                       elsewhere(l, LOGFILE, scope, false);
        return (no_syslog && elsewhere(l, LOGFILE, scope, true)) ||
               (no_logfile && (elsewhere(l, SYSLOG, scope, true) || elsewhere(l, PRIORITY, scope, true)));
}

static bool has_servers(struct bio_context *c)
{
        return bio_find(c, bio_get(c, bio_fact(c, "sudo"), "defaults"), "name", "log_servers");
}

static struct bio_finding *conclude_scope(const struct logging *l, const struct bio_node *scope, const bool *off)
{
        const struct bio_subject *subject = scope_subject(l->c, scope);
        const bool no_syslog = off[SYSLOG] || off[PRIORITY], nowhere = no_syslog && off[LOGFILE];

        if (!off[LOG_ALLOWED] && nowhere && has_servers(l->c))
                return bio_conclude(l->c, subject, BIO_ERROR,
                                    "log_servers may send it elsewhere: not read by this version");
        if (!off[LOG_ALLOWED] && others_matter(l, scope, no_syslog, off[LOGFILE]))
                return bio_conclude(l->c, subject, BIO_ERROR, "whether lines for others apply here too is not known");
        if (off[LOG_ALLOWED] || nowhere)
                return bio_conclude(l->c, subject, BIO_FAIL, "what sudo runs is written down nowhere");
        return bio_conclude(l->c, subject, BIO_PASS, "what sudo runs is written down");
}

static void judge_scope(const struct logging *l, const struct bio_node *scope)
{
        const struct bio_node *entry[SETTINGS];
        enum setting decides = SYSLOG, s;
        struct bio_finding *finding;
        bool off[SETTINGS];

        for (s = 0; s < SETTINGS; s++) {
                entry[s] = in_force(l, s, scope);
                off[s] = is_off(l, s, entry[s]);
        }
        if (off[LOG_ALLOWED])
                decides = LOG_ALLOWED;
        else if ((off[SYSLOG] || off[PRIORITY]) && !off[LOGFILE])
                decides = LOGFILE;
        else if (off[PRIORITY] && !off[SYSLOG])
                decides = PRIORITY;
        finding = conclude_scope(l, scope, off);
        bio_evidence(l->c, finding, bio_get(l->c, entry[decides], "value"), logging_settings[decides].name, true);
        if (decides != LOG_ALLOWED && decides != LOGFILE && (scope || off[decides]))
                bio_evidence(l->c, finding, bio_get(l->c, entry[LOGFILE], "value"), "logfile", false);
}

/* A scope that more than one setting has is judged at the first. */
static bool was_judged(const struct logging *l, enum setting before, const struct bio_node *scope)
{
        enum setting s;

        for (s = 0; s < before; s++)
                if (own(l, s, scope))
                        return true;
        return false;
}

static void logging(struct bio_context *c)
{
        const struct bio_node *settings = sudo_settings(c), *entry;
        struct logging l = {.c = c};
        enum setting s;
        size_t i;

        if (!settings)
                return;
        for (s = 0; s < SETTINGS; s++)
                l.entries[s] = bio_get(c, settings, logging_settings[s].name);
        judge_scope(&l, NULL);
        for (s = 0; s < SETTINGS; s++)
                for (i = 1; (entry = c->functions->at(c, l.entries[s], i)); i++)
                        if (!was_judged(&l, s, bio_get(c, entry, "scope")))
                                judge_scope(&l, bio_get(c, entry, "scope"));
}

const struct bio_check sudo_logging = {
        .id = "sudo.logging",
        .title = {.nl = "Wat met sudo wordt uitgevoerd, komt in een log",
                  .en = "What is run with sudo ends up in a log"},
        .why = {.nl = "Met sudo handelt een persoon als root. Alleen de regel die sudo daarvan schrijft, zegt achteraf "
                      "wie het was en welke opdracht het was.",
                .en = "With sudo a person acts as root. Only the line that sudo writes of it says afterwards who it "
                      "was, and what was run."},
        .fix = {.commands = "echo 'Defaults syslog=authpriv, syslog_goodpri=notice, log_allowed' "
                            "> /etc/sudoers.d/zz-logging\n"
                            "chmod 0440 /etc/sudoers.d/zz-logging\n"
                            "visudo -c    # if it complains: rm /etc/sudoers.d/zz-logging",
                .risk = {.nl = "Wat op de opdrachtregel staat komt in de log, ook een wachtwoord dat daar niet hoort. "
                               "Van de regels die voor iemand gelden telt de laatste die sudo leest, en die voor "
                               "bepaalde opdrachten (Defaults!) telt na alle andere: pas die zelf aan.",
                         .en = "What stands on the command line ends up in the log, a password that does not belong "
                               "there too. Of the lines that hold for somebody the last that sudo reads counts, and "
                               "one for certain commands (Defaults!) counts after all others: change that one itself."},
                .undo = "rm /etc/sudoers.d/zz-logging"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"accounts", "sudo", NULL},
        .run = logging,
};
