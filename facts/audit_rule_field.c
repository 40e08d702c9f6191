/* SPDX-License-Identifier: EUPL-1.2 */
/* -F and -C of auditctl(8), as audit_rule_fieldpair_data() and audit_rule_interfield_comp_data() take them. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "facts/audit_rule.h"

#define NOT_HERE "a field that this list does not take"

bool rule_field_is_text(uint32_t field)
{
        switch (field) {
        case AUDIT_SUBJ_USER:
        case AUDIT_SUBJ_ROLE:
        case AUDIT_SUBJ_TYPE:
        case AUDIT_SUBJ_SEN:
        case AUDIT_SUBJ_CLR:
        case AUDIT_OBJ_USER:
        case AUDIT_OBJ_ROLE:
        case AUDIT_OBJ_TYPE:
        case AUDIT_OBJ_LEV_LOW:
        case AUDIT_OBJ_LEV_HIGH:
        case AUDIT_WATCH:
        case AUDIT_DIR:
        case AUDIT_EXE:
        case AUDIT_FILTERKEY:
                return true;
        default:
                return false;
        }
}

/* --- the operator */

/* Two characters are looked for before one, and each in the whole text. */
static const struct {
        const char *symbol;
        uint32_t op;
} operators[] = {
        {"!=", AUDIT_NOT_EQUAL},
        {">=", AUDIT_GREATER_THAN_OR_EQUAL},
        {"<=", AUDIT_LESS_THAN_OR_EQUAL},
        {"&=", AUDIT_BIT_TEST},
        {"=", AUDIT_EQUAL},
        {">", AUDIT_GREATER_THAN},
        {"<", AUDIT_LESS_THAN},
        {"&", AUDIT_BIT_MASK},
};

static bool split(struct arena *arena, const char *pair, const char **name, uint32_t *op, const char **value)
{
        size_t i;

        for (i = 0; i < ELEMENTS(operators); i++) {
                const char *at = strstr(pair, operators[i].symbol);

                if (!at)
                        continue;
                *name = arena_copy(arena, pair, (size_t)(at - pair));
                *value = at + strlen(operators[i].symbol);
                *op = operators[i].op;
                return true;
        }
        return false;
}

/* --- values */

struct taking {
        struct arena *arena;
        uint32_t list, op;
        struct rule_fields_seen *seen;
        const struct rule_host *host;
        bool *unknown;
        uint32_t *mask;
};

static bool is_negative(const char *value)
{
        return value[0] == '-' && isdigit((unsigned char)value[1]);
}

/* As strtoul(3) and strtol(3) with base 0: octal and hex too, and what follows is passed over. */
static bool take_number(const char *value, bool negative, uint32_t *ret)
{
        if (isdigit((unsigned char)value[0]))
                *ret = (uint32_t)strtoul(value, NULL, 0);
        else if (negative && is_negative(value))
                *ret = (uint32_t)strtol(value, NULL, 0);
        else
                return false;
        return true;
}

static const char *take_name(struct taking *t, const char *value, uint32_t *ret,
                             int (*look_up)(void *user, const char *name, uint32_t *id))
{
        int r = look_up ? look_up(t->host->user, value, ret) : -1;

        if (r > 0)
                return NULL;
        *t->unknown = r < 0;
        return r < 0 ? "an account or group that is not in the local files" : "an account or group that is not there";
}

static const char *take_user(struct taking *t, const char *value, struct rule_field *f)
{
        if (take_number(value, true, &f->value))
                return NULL;
        if (streq(value, "unset")) {
                f->value = UINT32_MAX;
                return NULL;
        }
        return take_name(t, value, &f->value, t->host->account);
}

static const char *take_group(struct taking *t, const char *value, struct rule_field *f)
{
        return take_number(value, false, &f->value) ? NULL : take_name(t, value, &f->value, t->host->group);
}

static const char *take_exit(struct taking *t, const char *value, struct rule_field *f)
{
        int error;

        if (t->list != AUDIT_FILTER_EXIT)
                return NOT_HERE;
        if (take_number(value, true, &f->value))
                return NULL;
        error = audit_name_to_errno(value);
        f->value = (uint32_t)error;
        return error == 0 ? "an error that has no such name" : NULL;
}

static const char *take_type(struct taking *t, const char *value, struct rule_field *f)
{
        int type;

        if (t->list != AUDIT_FILTER_EXCLUDE && t->list != AUDIT_FILTER_USER)
                return NOT_HERE;
        if (take_number(value, false, &f->value))
                return NULL;
        type = audit_name_to_msg_type(value);
        f->value = (uint32_t)type;
        return type > 0 ? NULL : "a type of record that has no such name";
}

static const char *take_text(struct taking *t, const char *value, struct rule_field *f)
{
        size_t length = strlen(value);
        bool object = f->field == AUDIT_WATCH || f->field == AUDIT_DIR ||
                      (f->field >= AUDIT_OBJ_USER && f->field <= AUDIT_OBJ_LEV_HIGH);

        if (object && t->list != AUDIT_FILTER_EXIT)
                return NOT_HERE;
        if (f->field == AUDIT_WATCH || f->field == AUDIT_DIR)
                t->seen->perm = true;
        if (f->field == AUDIT_EXE) {
                if (t->op != AUDIT_EQUAL && t->op != AUDIT_NOT_EQUAL)
                        return "an operator that this field does not take";
                t->seen->exe = true;
        }
        if (f->field == AUDIT_FILTERKEY && !t->seen->calls && !t->seen->perm && !t->seen->exe && !t->seen->file_system)
                return "a key without a watch or system call before it";
        if (length > (f->field == AUDIT_FILTERKEY ? AUDIT_MAX_KEY_LEN : PATH_MAX))
                return "a text that is too long";
        f->text = arena_copy(t->arena, value, length);
        return NULL;
}

static const char *take_arch(struct taking *t, const char *value, struct rule_field *f)
{
        if (t->seen->calls)
                return "an architecture after the system calls";
        if (t->op != AUDIT_EQUAL && t->op != AUDIT_NOT_EQUAL)
                return "an operator that this field does not take";
        if (isdigit((unsigned char)value[0])) {
                t->seen->elf = (uint32_t)strtoul(value, NULL, 0);
                if (audit_elf_to_machine(t->seen->elf) < 0)
                        return "an architecture that is not known";
        } else {
                t->seen->elf = audit_machine_to_elf(audit_determine_machine(value));
                if (t->seen->elf == 0)
                        return "an architecture that is not known";
        }
        f->value = t->seen->elf;
        return NULL;
}

static const char *take_perm(struct taking *t, const char *value, struct rule_field *f)
{
        static const char letters[] = "xwra"; /* AUDIT_PERM_EXEC 1, WRITE 2, READ 4, ATTR 8 */
        const char *s;

        if (t->list != AUDIT_FILTER_EXIT)
                return NOT_HERE;
        if (t->op != AUDIT_EQUAL)
                return "an operator that this field does not take";
        if (strlen(value) > 4)
                return "a text that is too long";
        for (s = value; *s; s++) {
                const char *letter = strchr(letters, tolower((unsigned char)*s));

                if (!letter)
                        return "a permission that is not known";
                f->value |= 1u << (letter - letters);
        }
        t->seen->perm = true;
        if (t->seen->elf == 0 || t->host->audit4 == 0)
                return NULL;
        if (t->host->audit4 < 0) {
                /* With no system calls but these it comes to the same. */
                *t->unknown = t->seen->calls;
                return t->seen->calls ? "system calls with permissions, where the version of audit is not known" : NULL;
        }
        if (rule_perm_calls(f->value, audit_elf_to_machine(t->seen->elf), t->mask))
                t->seen->calls = true;
        return NULL;
}

static const char *take_file_type(struct taking *t, const char *value, struct rule_field *f)
{
        int type = audit_name_to_ftype(value);

        if (t->list != AUDIT_FILTER_EXIT)
                return NOT_HERE;
        f->value = (uint32_t)type;
        return type < 0 ? "a type of file that has no such name" : NULL;
}

static const char *take_argument(struct taking *t, const char *value, struct rule_field *f)
{
        (void)t;
        return take_number(value, true, &f->value) ? NULL : "no number";
}

static const char *take_session(struct taking *t, const char *value, struct rule_field *f)
{
        if (t->list != AUDIT_FILTER_EXCLUDE && t->list != AUDIT_FILTER_USER && t->list != AUDIT_FILTER_EXIT)
                return NOT_HERE;
        if (!take_number(value, true, &f->value))
                f->value = streq(value, "unset") ? UINT32_MAX : 0;
        return NULL;
}

static const char *take_file_system(struct taking *t, const char *value, struct rule_field *f)
{
        int type;

        if (t->list != AUDIT_FILTER_FS)
                return NOT_HERE;
        t->seen->file_system = true;
        if (take_number(value, false, &f->value))
                return NULL;
        type = audit_name_to_fstype(value);
        f->value = (uint32_t)type;
        return type == -1 ? "a file system that has no such name" : NULL;
}

static const char *take_plain(struct taking *t, const char *value, struct rule_field *f)
{
        bool of_exit = (f->field >= AUDIT_DEVMAJOR && f->field <= AUDIT_INODE) || f->field == AUDIT_SUCCESS ||
                       f->field == AUDIT_PPID;

        if (of_exit && t->list != AUDIT_FILTER_EXIT)
                return NOT_HERE;
        if (f->field == AUDIT_INODE && t->op != AUDIT_EQUAL && t->op != AUDIT_NOT_EQUAL)
                return "an operator that this field does not take";
        return take_number(value, false, &f->value) ? NULL : "no number";
}

static const struct {
        uint32_t first, last;
        const char *(*take)(struct taking *t, const char *value, struct rule_field *f);
} kinds[] = {
        {AUDIT_UID, AUDIT_FSUID, take_user},
        {AUDIT_LOGINUID, AUDIT_LOGINUID, take_user},
        {AUDIT_OBJ_UID, AUDIT_OBJ_UID, take_user},
        {AUDIT_GID, AUDIT_FSGID, take_group},
        {AUDIT_OBJ_GID, AUDIT_OBJ_GID, take_group},
        {AUDIT_EXIT, AUDIT_EXIT, take_exit},
        {AUDIT_MSGTYPE, AUDIT_MSGTYPE, take_type},
        {AUDIT_ARCH, AUDIT_ARCH, take_arch},
        {AUDIT_PERM, AUDIT_PERM, take_perm},
        {AUDIT_FILETYPE, AUDIT_FILETYPE, take_file_type},
        {AUDIT_ARG0, AUDIT_ARG3, take_argument},
        {AUDIT_SESSIONID, AUDIT_SESSIONID, take_session},
        {AUDIT_FSTYPE, AUDIT_FSTYPE, take_file_system},
};

/* The list that takes some fields alone. (What the kernel itself refuses is found missing there.) */
static bool taken_by_list(const struct taking *t, uint32_t list, uint32_t field)
{
        static const uint32_t of_exclude[] = {
                AUDIT_PID,       AUDIT_UID,       AUDIT_GID,      AUDIT_LOGINUID, AUDIT_MSGTYPE, AUDIT_SUBJ_USER,
                AUDIT_SUBJ_ROLE, AUDIT_SUBJ_TYPE, AUDIT_SUBJ_SEN, AUDIT_SUBJ_CLR, AUDIT_EXE,
        };
        size_t i;

        if (list != AUDIT_FILTER_EXCLUDE || t->host->audit4 > 0)
                return true;
        for (i = 0; i < ELEMENTS(of_exclude); i++)
                if (of_exclude[i] == field)
                        return true;
        return false;
}

const char *rule_add_field(struct arena *arena, struct rule *rule, struct rule_fields_seen *seen, const char *pair,
                           const struct rule_host *host, bool *unknown)
{
        struct rule_field *f = &rule->fields[rule->field_count];
        struct taking t = {arena, rule->list, 0, seen, host, unknown, rule->mask};
        const char *name, *value, *why;
        int field;
        size_t i;

        if (rule->field_count >= AUDIT_MAX_FIELDS - 1)
                return "more than 63 fields";
        if (!split(arena, pair, &name, &t.op, &value))
                return "a field without an operator";
        if (!*name || !*value)
                return "a field without a name or value";
        field = audit_name_to_field(name);
        if (field < 0)
                return "a field that has no such name";
        if (!taken_by_list(&t, rule->list, (uint32_t)field))
                return NOT_HERE;
        *f = (struct rule_field){.field = (uint32_t)field, .op = t.op};
        if (rule_field_is_text(f->field)) {
                why = take_text(&t, value, f);
        } else {
                for (i = 0; i < ELEMENTS(kinds); i++)
                        if (f->field >= kinds[i].first && f->field <= kinds[i].last)
                                break;
                why = i < ELEMENTS(kinds) ? kinds[i].take(&t, value, f) : take_plain(&t, value, f);
        }
        if (!why)
                rule->field_count++;
        return why;
}

/* --- -C */

/* Pairs that the kernel compares (linux/audit.h, AUDIT_COMPARE_*). */
static const struct {
        uint32_t a, b, value;
} comparisons[] = {
        {AUDIT_UID, AUDIT_OBJ_UID, AUDIT_COMPARE_UID_TO_OBJ_UID},
        {AUDIT_GID, AUDIT_OBJ_GID, AUDIT_COMPARE_GID_TO_OBJ_GID},
        {AUDIT_EUID, AUDIT_OBJ_UID, AUDIT_COMPARE_EUID_TO_OBJ_UID},
        {AUDIT_EGID, AUDIT_OBJ_GID, AUDIT_COMPARE_EGID_TO_OBJ_GID},
        {AUDIT_LOGINUID, AUDIT_OBJ_UID, AUDIT_COMPARE_AUID_TO_OBJ_UID},
        {AUDIT_SUID, AUDIT_OBJ_UID, AUDIT_COMPARE_SUID_TO_OBJ_UID},
        {AUDIT_SGID, AUDIT_OBJ_GID, AUDIT_COMPARE_SGID_TO_OBJ_GID},
        {AUDIT_FSUID, AUDIT_OBJ_UID, AUDIT_COMPARE_FSUID_TO_OBJ_UID},
        {AUDIT_FSGID, AUDIT_OBJ_GID, AUDIT_COMPARE_FSGID_TO_OBJ_GID},
        {AUDIT_UID, AUDIT_LOGINUID, AUDIT_COMPARE_UID_TO_AUID},
        {AUDIT_UID, AUDIT_EUID, AUDIT_COMPARE_UID_TO_EUID},
        {AUDIT_UID, AUDIT_FSUID, AUDIT_COMPARE_UID_TO_FSUID},
        {AUDIT_UID, AUDIT_SUID, AUDIT_COMPARE_UID_TO_SUID},
        {AUDIT_LOGINUID, AUDIT_FSUID, AUDIT_COMPARE_AUID_TO_FSUID},
        {AUDIT_LOGINUID, AUDIT_SUID, AUDIT_COMPARE_AUID_TO_SUID},
        {AUDIT_LOGINUID, AUDIT_EUID, AUDIT_COMPARE_AUID_TO_EUID},
        {AUDIT_EUID, AUDIT_SUID, AUDIT_COMPARE_EUID_TO_SUID},
        {AUDIT_EUID, AUDIT_FSUID, AUDIT_COMPARE_EUID_TO_FSUID},
        {AUDIT_SUID, AUDIT_FSUID, AUDIT_COMPARE_SUID_TO_FSUID},
        {AUDIT_GID, AUDIT_EGID, AUDIT_COMPARE_GID_TO_EGID},
        {AUDIT_GID, AUDIT_FSGID, AUDIT_COMPARE_GID_TO_FSGID},
        {AUDIT_GID, AUDIT_SGID, AUDIT_COMPARE_GID_TO_SGID},
        {AUDIT_EGID, AUDIT_FSGID, AUDIT_COMPARE_EGID_TO_FSGID},
        {AUDIT_EGID, AUDIT_SGID, AUDIT_COMPARE_EGID_TO_SGID},
        {AUDIT_SGID, AUDIT_FSGID, AUDIT_COMPARE_SGID_TO_FSGID},
};

bool rule_comparison_names(uint32_t value, const char **a, const char **b)
{
        size_t i;

        for (i = 0; i < ELEMENTS(comparisons); i++) {
                if (comparisons[i].value != value)
                        continue;
                *a = audit_field_to_name((int)comparisons[i].a);
                *b = audit_field_to_name((int)comparisons[i].b);
                return *a && *b;
        }
        return false;
}

static const char *compare(struct rule *rule, const char *name, const char *value, uint32_t op)
{
        int a = audit_name_to_field(name), b = audit_name_to_field(value);
        size_t i;

        if (!*name || !*value)
                return "a comparison without a name";
        if (a < 0 || b < 0)
                return "a field that has no such name";
        if (rule->list != AUDIT_FILTER_EXIT)
                return NOT_HERE;
        for (i = 0; i < ELEMENTS(comparisons); i++) {
                if (!(comparisons[i].a == (uint32_t)a && comparisons[i].b == (uint32_t)b) &&
                    !(comparisons[i].a == (uint32_t)b && comparisons[i].b == (uint32_t)a))
                        continue;
                rule->fields[rule->field_count++] =
                        (struct rule_field){.field = AUDIT_FIELD_COMPARE, .op = op, .value = comparisons[i].value};
                return NULL;
        }
        return "fields that cannot be compared";
}

const char *rule_add_comparison(struct rule *rule, const char *pair)
{
        const char *at = strstr(pair, "!=");
        uint32_t op = AUDIT_NOT_EQUAL;
        char name[64];
        size_t length;

        if (rule->field_count >= AUDIT_MAX_FIELDS - 1)
                return "more than 63 fields";
        if (!at) {
                op = AUDIT_EQUAL;
                at = strchr(pair, '=');
        }
        if (!at)
                return "a comparison without an operator";
        length = (size_t)(at - pair);
        if (length >= sizeof(name))
                return "a field that has no such name";
        memcpy(name, pair, length);
        name[length] = '\0';
        return compare(rule, name, at + (op == AUDIT_NOT_EQUAL ? 2 : 1), op);
}
