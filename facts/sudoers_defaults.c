/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/sudoers_defaults.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

enum kind {
        FLAG,
        STRING,
        INTEGER,
        UNSIGNED,
        MODE,
        LIST,
        FACILITY,
        PRIORITY,
        CHOICE,
        MINUTES,
        DURATION,
        LIMIT,
};

enum form { ANY_TEXT, ROOTED, ROOTED_OR_HOME };

static const struct variable {
        const char *name;
        enum kind kind;
        bool boolean; /* may be switched off by ! */
        enum form form;
        const char *choices; /* the first is off, the second on */
        bool since_1_9_16;
} variables[] = {
        {"admin_flag", STRING, true, ROOTED_OR_HOME, NULL, false},
        {"always_query_group_plugin", FLAG, false, ANY_TEXT, NULL, false},
        {"always_set_home", FLAG, false, ANY_TEXT, NULL, false},
        {"apparmor_profile", STRING, false, ANY_TEXT, NULL, false},
        {"authenticate", FLAG, false, ANY_TEXT, NULL, false},
        {"authfail_message", STRING, false, ANY_TEXT, NULL, false},
        {"badpass_message", STRING, false, ANY_TEXT, NULL, false},
        {"case_insensitive_group", FLAG, false, ANY_TEXT, NULL, false},
        {"case_insensitive_user", FLAG, false, ANY_TEXT, NULL, false},
        {"closefrom", INTEGER, false, ANY_TEXT, NULL, false},
        {"closefrom_override", FLAG, false, ANY_TEXT, NULL, false},
        {"cmddenial_message", STRING, false, ANY_TEXT, NULL, true},
        {"command_timeout", DURATION, true, ANY_TEXT, NULL, false},
        {"compress_io", FLAG, false, ANY_TEXT, NULL, false},
        {"editor", STRING, false, ROOTED, NULL, false},
        {"env_check", LIST, true, ANY_TEXT, NULL, false},
        {"env_delete", LIST, true, ANY_TEXT, NULL, false},
        {"env_editor", FLAG, false, ANY_TEXT, NULL, false},
        {"env_file", STRING, true, ROOTED, NULL, false},
        {"env_keep", LIST, true, ANY_TEXT, NULL, false},
        {"env_reset", FLAG, false, ANY_TEXT, NULL, false},
        {"exec_background", FLAG, false, ANY_TEXT, NULL, false},
        {"exempt_group", STRING, true, ANY_TEXT, NULL, false},
        {"fast_glob", FLAG, false, ANY_TEXT, NULL, false},
        {"fdexec", CHOICE, true, ANY_TEXT, "never digest_only always", false},
        {"fqdn", FLAG, false, ANY_TEXT, NULL, false},
        {"group_plugin", STRING, false, ANY_TEXT, NULL, false},
        {"ignore_audit_errors", FLAG, false, ANY_TEXT, NULL, false},
        {"ignore_dot", FLAG, false, ANY_TEXT, NULL, false},
        {"ignore_iolog_errors", FLAG, false, ANY_TEXT, NULL, false},
        {"ignore_local_sudoers", FLAG, false, ANY_TEXT, NULL, false},
        {"ignore_logfile_errors", FLAG, false, ANY_TEXT, NULL, false},
        {"ignore_unknown_defaults", FLAG, false, ANY_TEXT, NULL, false},
        {"insults", FLAG, false, ANY_TEXT, NULL, false},
        {"intercept", FLAG, false, ANY_TEXT, NULL, false},
        {"intercept_allow_setid", FLAG, false, ANY_TEXT, NULL, false},
        {"intercept_authenticate", FLAG, false, ANY_TEXT, NULL, false},
        {"intercept_type", CHOICE, false, ANY_TEXT, "dso trace", false},
        {"intercept_verify", FLAG, false, ANY_TEXT, NULL, false},
        {"iolog_dir", STRING, false, ROOTED, NULL, false},
        {"iolog_file", STRING, false, ANY_TEXT, NULL, false},
        {"iolog_flush", FLAG, false, ANY_TEXT, NULL, false},
        {"iolog_group", STRING, true, ANY_TEXT, NULL, false},
        {"iolog_mode", MODE, false, ANY_TEXT, NULL, false},
        {"iolog_user", STRING, true, ANY_TEXT, NULL, false},
        {"lecture", CHOICE, true, ANY_TEXT, "never once always", false},
        {"lecture_file", STRING, true, ROOTED, NULL, false},
        {"lecture_status_dir", STRING, false, ROOTED, NULL, false},
        {"limitprivs", STRING, false, ANY_TEXT, NULL, false},
        {"listpw", CHOICE, true, ANY_TEXT, "never any all always", false},
        {"log_allowed", FLAG, false, ANY_TEXT, NULL, false},
        {"log_denied", FLAG, false, ANY_TEXT, NULL, false},
        {"log_exit_status", FLAG, false, ANY_TEXT, NULL, false},
        {"log_format", CHOICE, false, ANY_TEXT, "sudo json json_compact json_pretty", false},
        {"log_host", FLAG, false, ANY_TEXT, NULL, false},
        {"log_input", FLAG, false, ANY_TEXT, NULL, false},
        {"log_output", FLAG, false, ANY_TEXT, NULL, false},
        {"log_passwords", FLAG, false, ANY_TEXT, NULL, false},
        {"log_server_cabundle", STRING, true, ROOTED, NULL, false},
        {"log_server_keepalive", FLAG, false, ANY_TEXT, NULL, false},
        {"log_server_peer_cert", STRING, true, ROOTED, NULL, false},
        {"log_server_peer_key", STRING, true, ROOTED, NULL, false},
        {"log_server_timeout", DURATION, true, ANY_TEXT, NULL, false},
        {"log_server_verify", FLAG, false, ANY_TEXT, NULL, false},
        {"log_servers", LIST, true, ANY_TEXT, NULL, false},
        {"log_stderr", FLAG, false, ANY_TEXT, NULL, false},
        {"log_stdin", FLAG, false, ANY_TEXT, NULL, false},
        {"log_stdout", FLAG, false, ANY_TEXT, NULL, false},
        {"log_subcmds", FLAG, false, ANY_TEXT, NULL, false},
        {"log_ttyin", FLAG, false, ANY_TEXT, NULL, false},
        {"log_ttyout", FLAG, false, ANY_TEXT, NULL, false},
        {"log_year", FLAG, false, ANY_TEXT, NULL, false},
        {"logfile", STRING, true, ROOTED, NULL, false},
        {"loglinelen", UNSIGNED, true, ANY_TEXT, NULL, false},
        {"long_otp_prompt", FLAG, false, ANY_TEXT, NULL, false},
        {"mail_all_cmnds", FLAG, false, ANY_TEXT, NULL, false},
        {"mail_always", FLAG, false, ANY_TEXT, NULL, false},
        {"mail_badpass", FLAG, false, ANY_TEXT, NULL, false},
        {"mail_no_host", FLAG, false, ANY_TEXT, NULL, false},
        {"mail_no_perms", FLAG, false, ANY_TEXT, NULL, false},
        {"mail_no_user", FLAG, false, ANY_TEXT, NULL, false},
        {"mailerflags", STRING, true, ANY_TEXT, NULL, false},
        {"mailerpath", STRING, true, ROOTED, NULL, false},
        {"mailfrom", STRING, true, ANY_TEXT, NULL, false},
        {"mailsub", STRING, false, ANY_TEXT, NULL, false},
        {"mailto", STRING, true, ANY_TEXT, NULL, false},
        {"match_group_by_gid", FLAG, false, ANY_TEXT, NULL, false},
        {"maxseq", STRING, false, ANY_TEXT, NULL, false},
        {"netgroup_tuple", FLAG, false, ANY_TEXT, NULL, false},
        {"noexec", FLAG, false, ANY_TEXT, NULL, false},
        {"noninteractive_auth", FLAG, false, ANY_TEXT, NULL, false},
        {"pam_acct_mgmt", FLAG, false, ANY_TEXT, NULL, false},
        {"pam_askpass_service", STRING, false, ANY_TEXT, NULL, false},
        {"pam_login_service", STRING, false, ANY_TEXT, NULL, false},
        {"pam_rhost", FLAG, false, ANY_TEXT, NULL, false},
        {"pam_ruser", FLAG, false, ANY_TEXT, NULL, false},
        {"pam_service", STRING, false, ANY_TEXT, NULL, false},
        {"pam_session", FLAG, false, ANY_TEXT, NULL, false},
        {"pam_setcred", FLAG, false, ANY_TEXT, NULL, false},
        {"pam_silent", FLAG, false, ANY_TEXT, NULL, true},
        {"passprompt", STRING, false, ANY_TEXT, NULL, false},
        {"passprompt_override", FLAG, false, ANY_TEXT, NULL, false},
        {"passprompt_regex", LIST, true, ANY_TEXT, NULL, false},
        {"passwd_timeout", MINUTES, true, ANY_TEXT, NULL, false},
        {"passwd_tries", UNSIGNED, false, ANY_TEXT, NULL, false},
        {"path_info", FLAG, false, ANY_TEXT, NULL, false},
        {"preserve_groups", FLAG, false, ANY_TEXT, NULL, false},
        {"privs", STRING, false, ANY_TEXT, NULL, false},
        {"pwfeedback", FLAG, false, ANY_TEXT, NULL, false},
        {"requiretty", FLAG, false, ANY_TEXT, NULL, false},
        {"restricted_env_file", STRING, true, ROOTED, NULL, false},
        {"rlimit_as", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_core", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_cpu", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_data", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_fsize", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_locks", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_memlock", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_nofile", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_nproc", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_rss", LIMIT, true, ANY_TEXT, NULL, false},
        {"rlimit_stack", LIMIT, true, ANY_TEXT, NULL, false},
        {"role", STRING, false, ANY_TEXT, NULL, false},
        {"root_sudo", FLAG, false, ANY_TEXT, NULL, false},
        {"rootpw", FLAG, false, ANY_TEXT, NULL, false},
        {"runas_allow_unknown_id", FLAG, false, ANY_TEXT, NULL, false},
        {"runas_check_shell", FLAG, false, ANY_TEXT, NULL, false},
        {"runas_default", STRING, false, ANY_TEXT, NULL, false},
        {"runaspw", FLAG, false, ANY_TEXT, NULL, false},
        {"runchroot", STRING, true, ROOTED_OR_HOME, NULL, false},
        {"runcwd", STRING, true, ROOTED_OR_HOME, NULL, false},
        {"secure_path", STRING, true, ANY_TEXT, NULL, false},
        {"selinux", FLAG, false, ANY_TEXT, NULL, false},
        {"set_home", FLAG, false, ANY_TEXT, NULL, false},
        {"set_logname", FLAG, false, ANY_TEXT, NULL, false},
        {"set_utmp", FLAG, false, ANY_TEXT, NULL, false},
        {"setenv", FLAG, false, ANY_TEXT, NULL, false},
        {"shell_noargs", FLAG, false, ANY_TEXT, NULL, false},
        {"stay_setuid", FLAG, false, ANY_TEXT, NULL, false},
        {"sudoedit_checkdir", FLAG, false, ANY_TEXT, NULL, false},
        {"sudoedit_follow", FLAG, false, ANY_TEXT, NULL, false},
        {"sudoers_locale", STRING, false, ANY_TEXT, NULL, false},
        {"syslog", FACILITY, true, ANY_TEXT, NULL, false},
        {"syslog_badpri", PRIORITY, true, ANY_TEXT, NULL, false},
        {"syslog_goodpri", PRIORITY, true, ANY_TEXT, NULL, false},
        {"syslog_maxlen", UNSIGNED, false, ANY_TEXT, NULL, false},
        {"syslog_pid", FLAG, false, ANY_TEXT, NULL, false},
        {"targetpw", FLAG, false, ANY_TEXT, NULL, false},
        {"timestamp_timeout", MINUTES, true, ANY_TEXT, NULL, false},
        {"timestamp_type", CHOICE, false, ANY_TEXT, "global ppid tty kernel", false},
        {"timestampdir", STRING, false, ROOTED, NULL, false},
        {"timestampowner", STRING, false, ANY_TEXT, NULL, false},
        {"tty_tickets", FLAG, false, ANY_TEXT, NULL, false},
        {"type", STRING, false, ANY_TEXT, NULL, false},
        {"umask", MODE, true, ANY_TEXT, NULL, false},
        {"umask_override", FLAG, false, ANY_TEXT, NULL, false},
        {"use_loginclass", FLAG, false, ANY_TEXT, NULL, false},
        {"use_netgroups", FLAG, false, ANY_TEXT, NULL, false},
        {"use_pty", FLAG, false, ANY_TEXT, NULL, false},
        {"user_command_timeouts", FLAG, false, ANY_TEXT, NULL, false},
        {"utmp_runas", FLAG, false, ANY_TEXT, NULL, false},
        {"verifypw", CHOICE, true, ANY_TEXT, "never all any always", false},
        {"visiblepw", FLAG, false, ANY_TEXT, NULL, false},
};

static const struct variable *find(const struct sudoers *s, const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTS(variables); i++)
                if (streq(variables[i].name, name))
                        return variables[i].since_1_9_16 && s->version == SUDO_1_9_13 ? NULL : &variables[i];
        return NULL;
}

/* A word of a list of words that one blank separates. */
static bool is_word(const char *words, const char *word)
{
        const size_t length = strlen(word);

        while (words && *words) {
                const size_t next = strcspn(words, " ");

                if (next == length && memcmp(words, word, length) == 0)
                        return true;
                words += next + (words[next] == ' ');
        }
        return false;
}

/* "15", "-1", "0.5": minutes, with up to nine digits behind the point. */
static bool minutes(const char *s, int64_t *ret)
{
        const bool negative = *s == '-';
        int64_t seconds = 0, nanoseconds = 0, unit = 100000000;

        if (*s == '+' || *s == '-')
                s++;
        for (; *s != '\0' && *s != '.'; s++) {
                if (*s < '0' || *s > '9' || seconds > (INT64_MAX - 540) / 10)
                        return false;
                seconds = seconds * 10 + (*s - '0') * 60;
        }
        if (*s == '.')
                for (s++; *s != '\0' && unit > 0; s++, unit /= 10) {
                        if (*s < '0' || *s > '9')
                                return false;
                        nanoseconds += unit * (*s - '0') * 60;
                }
        seconds += nanoseconds / 1000000000;
        /* What is below a second counts as one: it is neither 0 nor less. */
        if (seconds == 0 && nanoseconds > 0)
                seconds = 1;
        *ret = negative ? -seconds : seconds;
        return true;
}

static bool number(const char *s, int64_t least, int64_t most)
{
        int64_t n;

        while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
                s++;
        if (*s == '+')
                s++;
        return parse_i64(s, &n) == 0 && n >= least && n <= most;
}

static bool mode(const char *s)
{
        int64_t n = 0;

        if (*s == '\0')
                return false;
        for (; *s >= '0' && *s <= '7'; s++)
                if ((n = n * 8 + (*s - '0')) > 0777)
                        return false;
        return *s == '\0';
}

static bool value_fits(const struct sudoers *s, const struct variable *v, const char *text, struct sudoers_value *ret)
{
        static const char facilities[] =
                "authpriv auth daemon user local0 local1 local2 local3 local4 local5 local6 local7";
        static const char priorities[] = "alert crit debug emerg err info none notice warning";

        switch (v->kind) {
        case STRING:
                if (v->form == ROOTED)
                        return *text == '/' && strlen(text) < 4096;
                return v->form == ANY_TEXT || *text == '/' || *text == '~' || streq(text, "*");
        case INTEGER:
                return number(text, INT_MIN, INT_MAX);
        case UNSIGNED:
                return number(text, 0, UINT_MAX);
        case MODE:
                return mode(text);
        case FACILITY:
                return is_word(facilities, text);
        case PRIORITY:
                return is_word(priorities, text);
        case CHOICE:
                if (s->version == SUDO_1_9_13 && streq(v->name, "log_format"))
                        return is_word("sudo json", text);
                return is_word(v->choices, text);
        case MINUTES:
                ret->type = SUDOERS_VALUE_SECONDS;
                return minutes(text, &ret->seconds);
        case DURATION:
                ret->type = SUDOERS_VALUE_SECONDS;
                ret->seconds = sudoers_duration(text);
                return ret->seconds >= 0;
        default:
                return true;
        }
}

/* A name alone, or with ! in front. */
static const char *without_value(const struct variable *v, char operator, struct sudoers_value * ret)
{
        const bool on = operator!= '!';

        *ret = (struct sudoers_value){.type = on ? SUDOERS_VALUE_ON : SUDOERS_VALUE_OFF};
        switch (v->kind) {
        case FLAG:
                return NULL;
        case FACILITY:
                if (on)
                        *ret = (struct sudoers_value){.type = SUDOERS_VALUE_TEXT, .text = "authpriv"};
                return NULL;
        case CHOICE:
                if (!v->boolean)
                        return "a name that needs a value";
                return NULL;
        default:
                return v->boolean && !on ? NULL : "a name that needs a value";
        }
}

const char *sudoers_value_of(const struct sudoers *s, const struct sudoers_default *d, struct sudoers_value *ret)
{
        const struct variable *v = find(s, d->name);

        if (!v)
                return "a name that sudo does not know";
        if (!d->value) {
                const char *why = without_value(v, d->operator, ret);

                if (!why && ret->type == SUDOERS_VALUE_OFF && (v->kind == MINUTES || v->kind == DURATION))
                        *ret = (struct sudoers_value){.type = SUDOERS_VALUE_SECONDS, .seconds = 0};
                return why;
        }
        if (v->kind == FLAG)
                return "a name that takes no value";
        if ((d->operator== '+' || d->operator== '-') && v->kind != LIST)
                return "+= and -= are for lists";
        *ret = (struct sudoers_value){.type = SUDOERS_VALUE_TEXT, .text = d->value};
        return value_fits(s, v, d->value, ret) ? NULL : "a value that does not fit";
}
