/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of the OpenSSH server. */
#include <string.h>

#include "checks/checks.h"
#include "checks/in_force.h"
#include "checks/ssh.h"

bool sshd_says(struct bio_context *c, const struct bio_node *value, const char *word)
{
        return bio_known(c, value) && strcmp(bio_string(c, value), word) == 0;
}

/* Up to 9.7 the service is named after the program. */
const struct bio_node *sshd_pam_can(struct bio_context *c, const struct bio_node *scope, const char *function,
                                    const char *with)
{
        const struct bio_node *pam = bio_get(c, scope, "UsePAM"), *service = bio_get(c, scope, "PAMServiceName");
        const struct bio_node *answer;

        if (!bio_known(c, pam))
                return pam;
        if (!bio_known(c, service) && bio_state(c, service) != BIO_ABSENT)
                return service;
        answer = bio_query(c, "pam.can", "service", bio_known(c, service) ? bio_string(c, service) : "sshd", "function",
                           function, "with", with, NULL);
        return bio_known(c, answer) ? bio_get(c, answer, "can") : answer;
}

/* For every connection that sshd tells apart by its Match blocks. sshd asks for uid 0, not for the name: whatever an
 * account with uid 0 is called, PermitRootLogin is about it. False where it gets in, or that is not known. */
static bool judge_account(struct bio_context *c, const char *name, enum bio_class class)
{
        const struct bio_node *scope;
        bool kept_out = true;

        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "user", name, "keywords", "PermitRootLogin")) {
                const struct bio_node *where = bio_get(c, scope, "applies_to");
                enum bio_class named = class == BIO_PERSONAL ? BIO_PERSONAL : bio_class(c, where);

                bio_judge(c, bio_subject(c, named, "user:%s/%s", name, bio_string(c, where)),
                          bio_get(c, scope, "PermitRootLogin"), BIO_EQUALS, "no");
                kept_out = kept_out && sshd_says(c, bio_get(c, scope, "PermitRootLogin"), "no");
        }
        return kept_out;
}

/* Who else a source knows is not seen, and may have uid 0: that matters only where a Match block lets such an account
 * in. */
static void judge_unseen(struct bio_context *c, const char *source)
{
        const struct bio_node *scope;

        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "keywords", "PermitRootLogin")) {
                const struct bio_node *where = bio_get(c, scope, "applies_to");
                const struct bio_node *mode = bio_get(c, scope, "PermitRootLogin");

                if (sshd_says(c, mode, "no"))
                        continue;
                bio_evidence(
                        c,
                        bio_conclude(c,
                                     bio_subject(c, bio_class(c, where), "source:%s/%s", source, bio_string(c, where)),
                                     BIO_ERROR, "whether an account of this source has uid 0 is not seen"),
                        mode, "no", true);
        }
}

static void judge_sources(struct bio_context *c)
{
        const struct bio_node *sources = bio_query(c, "accounts.sources", NULL), *source;

        if (bio_state(c, sources) != BIO_KNOWN) {
                judge_unseen(c, "nsswitch.conf");
                return;
        }
        BIO_EACH (c, source, sources) {
                const struct bio_node *records = bio_get(c, source, "records");

                if (!bio_known(c, records) || bio_integer(c, records) != 0)
                        judge_unseen(c, bio_string(c, bio_get(c, source, "name")));
        }
}

bool judge_sshd(struct bio_context *c)
{
        const struct bio_node *sshd = bio_fact(c, "sshd"), *instance;

        if (bio_state(c, sshd) == BIO_ABSENT) {
                bio_evidence(
                        c,
                        bio_conclude(c, bio_subject(c, BIO_TECHNICAL, "service:ssh"), BIO_NA, "no sshd is installed"),
                        sshd, NULL, true);
                return false;
        }
        BIO_EACH (c, instance, bio_get(c, sshd, "instances"))
                judge_in_force(c, "ssh", bio_get(c, instance, "in_force"),
                               "the running sshd has not read what is on disk");
        return true;
}

const struct bio_subject *ssh_scope_subject(struct bio_context *c, const struct bio_node *scope)
{
        const struct bio_node *where = bio_get(c, scope, "applies_to");

        return bio_subject(c, bio_class(c, where), "service:ssh/%s", bio_string(c, where));
}

void judge_sshd_keyword(struct bio_context *c, const char *keyword, enum bio_operator op, const char *expected)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "keywords", keyword))
                bio_judge(c, ssh_scope_subject(c, scope), bio_get(c, scope, keyword), op, expected);
}

static void root_login(struct bio_context *c)
{
        const struct bio_node *users = bio_query(c, "accounts.uid0", NULL), *user;
        bool kept_out = true;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, user, users) {
                const struct bio_node *name = bio_get(c, user, "name");
                bool root = strcmp(bio_string(c, name), "root") == 0;

                kept_out &= judge_account(c, bio_string(c, name), root ? BIO_TECHNICAL : bio_class(c, name));
        }
        /* Where passwd has nobody with uid 0, systemd's name service still knows root (nss-systemd(8)). */
        if (bio_count(c, users) == 0)
                kept_out = judge_account(c, "root", BIO_TECHNICAL);
        if (kept_out)
                judge_sources(c);
}

const struct bio_check ssh_root_login = {
        .id = "ssh.root-login",
        .title = {.nl = "Root logt niet in over ssh", .en = "Root does not log in over ssh"},
        .why = {.nl = "Wie beheert logt in onder zijn eigen naam en wordt daarna root: dan is te zien wie wat deed, en "
                      "helpt een "
                      "buitgemaakte sleutel of een geraden wachtwoord van root niet.",
                .en = "Administrators log in under their own names and become root afterwards: so it can be seen who "
                      "did what, and "
                      "a stolen key or guessed password of root is of no use."},
        .fix = {.commands = "echo 'PermitRootLogin no' > /etc/ssh/sshd_config.d/00-root-login.conf\nsshd -t",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Controleer eerst dat iemand anders kan inloggen en root kan worden. Een Match-blok of "
                               "een eerdere regel gaat voor: pas het daar aan.",
                         .en = "First make sure that somebody else can log in and become root. A Match block or an "
                               "earlier line overrides this: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-root-login.conf"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", "accounts", NULL},
        .run = root_login,
};

/* --- passwords ---------------------------------------------------------------------------------------------------- */

/* What stands between a session and somebody who knows (or guesses) a password. */
enum barrier { SOMETHING_ELSE, WHAT_PAM_ASKS, NOTHING };

static enum barrier barrier_of(struct bio_context *c, const struct bio_node *way)
{
        const struct bio_node *method;
        enum barrier barrier = NOTHING;

        BIO_EACH (c, method, way) {
                const char *name = bio_string(c, method);

                if (strcmp(name, "keyboard-interactive") == 0)
                        barrier = WHAT_PAM_ASKS;
                else if (strcmp(name, "password") != 0 && strcmp(name, "none") != 0)
                        return SOMETHING_ELSE;
        }
        return barrier;
}

static bool some_way_has(struct bio_context *c, const struct bio_node *ways, enum barrier barrier)
{
        const struct bio_node *way;

        BIO_EACH (c, way, ways)
                if (barrier_of(c, way) == barrier)
                        return true;
        return false;
}

/* Where AllowUsers and its like let nobody in, nothing opens. */
static bool nobody_gets_in(struct bio_context *c, const struct bio_node *scope)
{
        const struct bio_node *admits = bio_get(c, scope, "admits");

        return bio_known(c, admits) && !bio_boolean(c, admits);
}

/* A password would open this scope, if somebody is let in. */
static void judge_open(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *scope,
                       const struct bio_node *keyword)
{
        const struct bio_node *admits = bio_get(c, scope, "admits");

        if (!bio_known(c, admits))
                bio_evidence(c,
                             bio_conclude(c, subject, BIO_ERROR,
                                          "a password alone opens, but whether sshd lets anybody in is not known"),
                             admits, NULL, true);
        else
                bio_evidence(c, bio_conclude(c, subject, BIO_FAIL, "a password alone opens"), keyword, "no", true);
}

/* PAM asks: whether a password alone is answer enough. */
static void judge_questions(struct bio_context *c, const struct bio_subject *subject, const struct bio_node *scope)
{
        const struct bio_node *questions = bio_get(c, scope, "KbdInteractiveAuthentication");
        const struct bio_node *can = sshd_pam_can(c, scope, "authenticate", "caller=root,password=right,factor=absent");

        if (bio_known(c, can) && bio_boolean(c, can))
                judge_open(c, subject, scope, questions);
        else if (bio_known(c, can))
                bio_evidence(c, bio_conclude(c, subject, BIO_PASS, "PAM asks for more than a password"), can, NULL,
                             true);
        else
                bio_evidence(c, bio_judge(c, subject, can, BIO_IS_FALSE, NULL), questions, "no", false);
}

static void judge_password(struct bio_context *c, const struct bio_node *scope)
{
        const struct bio_subject *subject = ssh_scope_subject(c, scope);
        const struct bio_node *ways = bio_get(c, scope, "ways"),
                              *password = bio_get(c, scope, "PasswordAuthentication");
        const struct bio_node *questions = bio_get(c, scope, "KbdInteractiveAuthentication");
        const struct bio_node *methods = bio_get(c, scope, "AuthenticationMethods");

        /* Two that are off are enough to know, also of a version whose other defaults are not known. */
        if (sshd_says(c, password, "no") && sshd_says(c, questions, "no"))
                bio_judge(c, subject, password, BIO_EQUALS, "no");
        else if (nobody_gets_in(c, scope))
                bio_evidence(c, bio_conclude(c, subject, BIO_PASS, "sshd lets in nobody who could use a password"),
                             bio_get(c, scope, "admits"), NULL, true);
        else if (!bio_known(c, ways))
                bio_evidence(c, bio_conclude(c, subject, BIO_ERROR, "by what somebody gets in is not known"), ways,
                             NULL, true);
        else if (some_way_has(c, ways, NOTHING))
                judge_open(c, subject, scope, password);
        else if (some_way_has(c, ways, WHAT_PAM_ASKS))
                judge_questions(c, subject, scope);
        else
                bio_evidence(c, bio_conclude(c, subject, BIO_PASS, "no password alone opens"),
                             sshd_says(c, password, "yes") ? methods : password, NULL, true);
}

static void password_login(struct bio_context *c)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope, bio_query(c, "sshd.ways", NULL))
                judge_password(c, scope);
}

/* Whether a password is asked for on some way in, alone or beside something else. */
static bool takes_passwords(struct bio_context *c, const struct bio_node *ways)
{
        const struct bio_node *way, *method;

        BIO_EACH (c, way, ways)
                BIO_EACH (c, method, way) {
                        const char *name = bio_string(c, method);

                        if (strcmp(name, "password") == 0 || strcmp(name, "keyboard-interactive") == 0 ||
                            strcmp(name, "none") == 0)
                                return true;
                }
        return false;
}

static void empty_passwords(struct bio_context *c)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope, bio_query(c, "sshd.ways", NULL)) {
                const struct bio_subject *subject = ssh_scope_subject(c, scope);
                const struct bio_node *empty = bio_get(c, scope, "PermitEmptyPasswords");

                if (sshd_says(c, empty, "yes") && nobody_gets_in(c, scope))
                        bio_evidence(c,
                                     bio_conclude(c, subject, BIO_PASS, "sshd lets in nobody who could use a password"),
                                     bio_get(c, scope, "admits"), NULL, true);
                else if (!sshd_says(c, empty, "yes") || takes_passwords(c, bio_get(c, scope, "ways")))
                        bio_judge(c, subject, empty, BIO_EQUALS, "no");
                else
                        bio_evidence(c, bio_conclude(c, subject, BIO_PASS, "nothing here asks for a password"), empty,
                                     NULL, true);
        }
}

/* --- the log ------------------------------------------------------------------------------------------------------ */

static void log_level(struct bio_context *c)
{
        const struct bio_node *scope;

        if (!judge_sshd(c))
                return;
        BIO_EACH (c, scope, bio_query(c, "sshd.effective", "keywords", "LogLevel")) {
                const struct bio_subject *subject = ssh_scope_subject(c, scope);
                const struct bio_node *level = bio_get(c, scope, "LogLevel");

                if (bio_known(c, level) && strncmp(bio_string(c, level), "DEBUG", strlen("DEBUG")) == 0)
                        bio_evidence(c,
                                     bio_conclude(c, subject, BIO_PASS,
                                                  "at this level users' privacy suffers, and the log grows fast"),
                                     level, "INFO or VERBOSE", true);
                else
                        bio_judge(c, subject, level, BIO_ONE_OF, "INFO VERBOSE");
        }
}

const struct bio_check ssh_password_login = {
        .id = "ssh.password-login",
        .title = {.nl = "Een wachtwoord alleen opent geen ssh-sessie", .en = "A password alone opens no ssh session"},
        .why = {.nl = "Een wachtwoord is te raden, af te kijken en te hergebruiken, en elke poort 22 wordt dag en "
                      "nacht "
                      "geprobeerd. Een sleutel, of een wachtwoord met een tweede factor, houdt dat buiten.",
                .en = "A password can be guessed, watched and used again elsewhere, and every port 22 is tried day and "
                      "night. A key, or a password with a second factor, keeps that out."},
        .fix = {.commands = "printf 'PasswordAuthentication no\\nKbdInteractiveAuthentication no\\n' "
                            "> /etc/ssh/sshd_config.d/00-password-login.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -iE '^(password|kbdinteractive)authentication'    # both no?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Wie geen sleutel heeft komt niet meer binnen: zet eerst sleutels klaar (ssh-copy-id) "
                               "en probeer ze, en houd een sessie open. Een Match-blok dat een van beide aanzet gaat "
                               "voor, en wat sshd eerder leest ook: pas het daar aan.",
                         .en = "Whoever has no key can no longer log in: put keys in place first (ssh-copy-id), try "
                               "them, and keep a session open. A Match block that switches one of them on overrides "
                               "this, and so does what sshd reads earlier: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-password-login.conf"},
        .severity = BIO_HIGH,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", "pam", NULL},
        .run = password_login,
};

const struct bio_check ssh_empty_passwords = {
        .id = "ssh.empty-passwords",
        .title = {.nl = "Een leeg wachtwoord opent geen ssh-sessie", .en = "An empty password opens no ssh session"},
        .why = {.nl = "Met PermitEmptyPasswords yes is wie de naam kent van een account zonder wachtwoord binnen.",
                .en = "With PermitEmptyPasswords yes whoever knows the name of an account without a password is in."},
        .fix = {.commands = "echo 'PermitEmptyPasswords no' > /etc/ssh/sshd_config.d/00-empty-passwords.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -i '^permitemptypasswords'    # no?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Wie met een leeg wachtwoord inlogde heeft voortaan een wachtwoord of sleutel nodig. "
                               "Een Match-blok dat PermitEmptyPasswords zet gaat voor, en wat sshd eerder leest ook: "
                               "pas het daar aan.",
                         .en = "Whoever used to log in with an empty password needs a password or a key from now on. A "
                               "Match block that sets PermitEmptyPasswords overrides this, and so does what sshd reads "
                               "earlier: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-empty-passwords.conf"},
        .severity = BIO_CRITICAL,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = empty_passwords,
};

const struct bio_check ssh_log_level = {
        .id = "ssh.log-level",
        .title = {.nl = "sshd legt vast wie inlogt", .en = "sshd logs who logs in"},
        .why = {.nl = "Onder INFO schrijft sshd geen regel meer over een login: niet wie, niet vanwaar, niet met welke "
                      "sleutel.",
                .en = "Below INFO sshd writes no line about a login any more: not who, not from where, not with which "
                      "key."},
        .fix = {.commands = "echo 'LogLevel INFO' > /etc/ssh/sshd_config.d/00-log-level.conf\n"
                            "sshd -t\n"
                            "sshd -T | grep -i '^loglevel'    # INFO?",
                .reload = "systemctl reload ssh.service",
                .risk = {.nl = "Geen; het logboek groeit met een paar regels per login. Een Match-blok dat LogLevel "
                               "zet gaat voor, en wat sshd eerder leest ook: pas het daar aan.",
                         .en = "None; the log grows by a few lines a login. A Match block that sets LogLevel overrides "
                               "this, and so does what sshd reads earlier: change it there."},
                .undo = "rm /etc/ssh/sshd_config.d/00-log-level.conf"},
        .severity = BIO_MEDIUM,
        .aspect = BIO_EXISTENCE,
        .max_age = "P2D",
        .uses = (const char *const[]){"sshd", NULL},
        .run = log_level,
};
