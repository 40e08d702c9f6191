/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules by meaning: one text for all that mean the same, and how one bears on another. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "facts/audit_rule.h"

/* The highest bits are classes of system calls, which the kernel replaces by their members. */
#define CLASS_BITS 0xffff0000u

static uint32_t mask_word(const uint32_t *mask, size_t i)
{
        return i + 1 == AUDIT_BITMASK_SIZE ? mask[i] & ~CLASS_BITS : mask[i];
}

bool rule_mask_is_all(const uint32_t *mask)
{
        size_t i;

        for (i = 0; i < AUDIT_BITMASK_SIZE; i++)
                if ((mask[i] | (i + 1 == AUDIT_BITMASK_SIZE ? CLASS_BITS : 0)) != UINT32_MAX)
                        return false;
        return true;
}

const struct rule_field *rule_field_of(const struct rule *rule, uint32_t field)
{
        size_t i;

        for (i = 0; i < rule->field_count; i++)
                if (rule->fields[i].field == field)
                        return &rule->fields[i];
        return NULL;
}

/* --- system calls of permissions */

/* What audit 4 sets where a rule with permissions names none; the kernel looks at no others for them
 * (include/asm-generic/audit_*.h). */
static const char *const perm_calls[] = {
        /* AUDIT_PERM_EXEC */ "execve",
        /* AUDIT_PERM_WRITE */
        "rename,mkdir,rmdir,creat,link,unlink,symlink,mknod,mkdirat,mknodat,unlinkat,renameat,linkat,symlinkat,"
        "renameat2,"
        "acct,swapon,quotactl,truncate,ftruncate,bind,fallocate,open,openat,openat2",
        /* AUDIT_PERM_READ */
        "readlink,quotactl,listxattr,llistxattr,flistxattr,getxattr,lgetxattr,fgetxattr,readlinkat,open,openat,openat2",
        /* AUDIT_PERM_ATTR */
        "chmod,fchmod,chown,lchown,fchown,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,fchownat,"
        "fchmodat,link,linkat",
};

static bool add_calls(const char *names, int machine, uint32_t *mask)
{
        while (*names) {
                size_t length = strcspn(names, ",");
                char name[32];
                int number;

                if (length >= sizeof(name))
                        return false;
                memcpy(name, names, length);
                name[length] = '\0';
                number = audit_name_to_syscall(name, machine);
                if (number < 0 || number >= AUDIT_BITMASK_SIZE * 32)
                        return false;
                mask[number / 32] |= 1u << (number % 32);
                names += length + (names[length] == ',' ? 1 : 0);
        }
        return true;
}

bool rule_perm_calls(uint32_t perm, int machine, uint32_t *mask)
{
        bool added = false;
        size_t i;

        for (i = 0; i < ELEMENTS(perm_calls); i++)
                if (perm & (1u << i))
                        added = add_calls(perm_calls[i], machine, mask) || added;
        return added;
}

/* The machine of a rule: that of its architecture, where it names one. */
static int machine_of(const struct rule *rule)
{
        const struct rule_field *arch = rule_field_of(rule, AUDIT_ARCH);

        return arch && arch->op == AUDIT_EQUAL ? audit_elf_to_machine(arch->value) : -1;
}

/* True where the rule's system calls leave nothing out that its other fields let in. */
static bool takes_all_calls(const struct rule *rule)
{
        const struct rule_field *perm = rule_field_of(rule, AUDIT_PERM);
        uint32_t needed[AUDIT_BITMASK_SIZE] = {0};
        int machine = machine_of(rule);
        size_t i;

        if (rule_mask_is_all(rule->mask))
                return true;
        if (!perm || machine < 0)
                return false;
        rule_perm_calls(perm->value, machine, needed);
        for (i = 0; i < AUDIT_BITMASK_SIZE; i++)
                if (needed[i] & ~mask_word(rule->mask, i))
                        return false;
        return true;
}

/* --- text */

static void add_number(struct text *text, const struct rule_field *f)
{
        switch (f->field) {
        case AUDIT_EXIT:
        case AUDIT_PERS:
                text_printf(text, "%d", (int)f->value);
                break;
        case AUDIT_ARG0:
        case AUDIT_ARG1:
        case AUDIT_ARG2:
        case AUDIT_ARG3:
                text_printf(text, "0x%x", f->value);
                break;
        default:
                if (f->value == UINT32_MAX)
                        text_add(text, "unset");
                else
                        text_printf(text, "%u", f->value);
        }
}

static void add_perm(struct text *text, uint32_t perm)
{
        static const char letters[] = "rwxa";
        static const uint32_t bits[] = {AUDIT_PERM_READ, AUDIT_PERM_WRITE, AUDIT_PERM_EXEC, AUDIT_PERM_ATTR};
        size_t i;

        for (i = 0; i < ELEMENTS(bits); i++)
                if (perm & bits[i])
                        text_add_char(text, letters[i]);
}

/* A name of libaudit, or the number where it has none. */
static void add_name(struct text *text, const char *name, const struct rule_field *f)
{
        if (name)
                text_add(text, name);
        else
                add_number(text, f);
}

static void add_value(struct text *text, const struct rule_field *f)
{
        switch (f->field) {
        case AUDIT_ARCH:
                return add_name(text, audit_machine_to_name(audit_elf_to_machine(f->value)), f);
        case AUDIT_PERM:
                return add_perm(text, f->value);
        case AUDIT_MSGTYPE:
                return add_name(text, audit_msg_type_to_name((int)f->value), f);
        case AUDIT_FILETYPE:
                return add_name(text, audit_ftype_to_name((int)f->value), f);
        case AUDIT_FSTYPE:
                return add_name(text, audit_fstype_to_name((int)f->value), f);
        default:
                add_number(text, f);
        }
}

/* A directory with a slash at its end is the same directory. */
static void add_text(struct text *text, const struct rule_field *f)
{
        size_t length = strlen(f->text);

        while (f->field == AUDIT_DIR && length > 1 && f->text[length - 1] == '/')
                length--;
        text_append(text, f->text, length);
}

/* Several keys are one text, with the byte 1 (AUDIT_KEY_SEPARATOR) between. */
static void add_keys(struct text *text, const char *symbol, const char *keys)
{
        for (;;) {
                size_t length = strcspn(keys, "\1");

                text_printf(text, " -F key%s", symbol);
                text_append(text, keys, length);
                if (!keys[length])
                        return;
                keys += length + 1;
        }
}

static void add_field(struct text *text, const struct rule_field *f)
{
        const char *symbol = audit_operator_to_symbol((int)f->op), *name = audit_field_to_name((int)f->field), *other;

        symbol = symbol ? symbol : "?";
        if (f->field == AUDIT_FIELD_COMPARE && rule_comparison_names(f->value, &name, &other)) {
                text_printf(text, " -C %s%s%s", name, symbol, other);
                return;
        }
        if (f->field == AUDIT_FILTERKEY) {
                add_keys(text, symbol, f->text);
                return;
        }
        if (name)
                text_printf(text, " -F %s%s", name, symbol);
        else
                text_printf(text, " -F %u%s", f->field, symbol);
        if (rule_field_is_text(f->field))
                add_text(text, f);
        else
                add_value(text, f);
}

static void add_mask(struct text *text, const struct rule *rule)
{
        int machine = machine_of(rule), i;
        const char *before = " -S ";

        if (rule->list != AUDIT_FILTER_EXIT)
                return;
        if (takes_all_calls(rule)) {
                if (!rule_field_of(rule, AUDIT_PERM)) /* those look at some calls alone: which, is the kernel's */
                        text_add(text, " -S all");
                return;
        }
        if (machine < 0)
                machine = audit_detect_machine();
        for (i = 0; i < AUDIT_BITMASK_SIZE * 32; i++) {
                const char *name;

                if (!(mask_word(rule->mask, (size_t)i / 32) & (1u << (i % 32))))
                        continue;
                name = audit_syscall_to_name(i, machine);
                text_add(text, before);
                if (name)
                        text_add(text, name);
                else
                        text_printf(text, "%d", i);
                before = ",";
        }
}

/* The architecture first, as auditctl wants it, and a directory where a path stands: before its permissions. The key is
 * last by its number. */
static uint32_t place_of(const struct rule_field *f)
{
        return f->field == AUDIT_ARCH ? 0 : f->field == AUDIT_DIR ? AUDIT_WATCH : f->field + 1;
}

static int compare_fields(const void *a, const void *b)
{
        const struct rule_field *x = a, *y = b;

        if (place_of(x) != place_of(y))
                return place_of(x) < place_of(y) ? -1 : 1;
        if (x->field != y->field)
                return x->field < y->field ? -1 : 1;
        if (x->op != y->op)
                return x->op < y->op ? -1 : 1;
        if (x->text && y->text)
                return strcmp(x->text, y->text);
        return x->value < y->value ? -1 : x->value > y->value;
}

const char *rule_text(struct arena *arena, const struct rule *rule)
{
        _cleanup_text_ struct text text = {0};
        struct rule_field fields[AUDIT_MAX_FIELDS];
        const char *action = audit_action_to_name((int)rule->action), *list = audit_flag_to_name((int)rule->list);
        size_t i;

        if (list)
                text_printf(&text, "-a %s,%s", action ? action : "?", list);
        else
                text_printf(&text, "-a %s,%u", action ? action : "?", rule->list);
        memcpy(fields, rule->fields, rule->field_count * sizeof(*fields));
        qsort(fields, rule->field_count, sizeof(*fields), compare_fields);
        for (i = 0; i < rule->field_count && fields[i].field == AUDIT_ARCH; i++)
                add_field(&text, &fields[i]);
        add_mask(&text, rule);
        for (; i < rule->field_count; i++)
                add_field(&text, &fields[i]);
        return arena_copy(arena, text_string(&text), text.length);
}

static bool same_field(const struct rule_field *a, const struct rule_field *b)
{
        if (a->field != b->field || a->op != b->op)
                return false;
        return rule_field_is_text(a->field) ? streq(a->text, b->text) : a->value == b->value;
}

bool rule_same(const struct rule *a, const struct rule *b)
{
        size_t i;

        if (a->list != b->list || a->action != b->action || a->field_count != b->field_count)
                return false;
        for (i = 0; i < a->field_count; i++)
                if (!same_field(&a->fields[i], &b->fields[i]))
                        return false;
        for (i = 0; i < AUDIT_BITMASK_SIZE; i++)
                if (mask_word(a->mask, i) != mask_word(b->mask, i))
                        return false;
        return true;
}

/* --- from the kernel and back */

static bool mask_from_text(const char *s, uint32_t *mask)
{
        size_t i;

        if (streq(s, "all")) {
                memset(mask, 0xff, AUDIT_BITMASK_SIZE * sizeof(*mask));
                return true;
        }
        if (!is_hex(s, AUDIT_BITMASK_SIZE * 8))
                return false;
        for (i = 0; i < AUDIT_BITMASK_SIZE; i++) {
                char word[9] = "";

                memcpy(word, s + i * 8, 8);
                mask[i] = (uint32_t)strtoul(word, NULL, 16);
        }
        return true;
}

static bool number_of(const struct bio_node *map, const char *key, uint32_t *ret)
{
        const struct bio_node *node = tree_get(map, key);
        int64_t value = tree_integer_of(node);

        *ret = (uint32_t)value;
        return tree_type(node) == BIO_INTEGER && value >= 0 && value <= UINT32_MAX;
}

struct rule *rule_from_kernel(struct arena *arena, const struct bio_node *node)
{
        const struct bio_node *fields = tree_get(node, "fields");
        struct rule *rule;
        size_t i;

        if (tree_type(fields) != BIO_LIST || tree_count(fields) > AUDIT_MAX_FIELDS)
                return NULL;
        rule = arena_alloc(arena, sizeof(*rule));
        rule->field_count = tree_count(fields);
        rule->mask = arena_alloc(arena, RULE_MASK_BYTES);
        rule->fields = arena_alloc(arena, (rule->field_count + 1) * sizeof(*rule->fields));
        if (!number_of(node, "list", &rule->list) || !number_of(node, "action", &rule->action) ||
            !mask_from_text(tree_bytes_of(tree_get(node, "mask"), NULL), rule->mask))
                return NULL;
        for (i = 0; i < rule->field_count; i++) {
                const struct bio_node *field = tree_at(fields, i), *text = tree_get(field, "text");
                struct rule_field *f = &rule->fields[i];
                size_t length;

                if (!number_of(field, "field", &f->field) || !number_of(field, "op", &f->op))
                        return NULL;
                if (rule_field_is_text(f->field)) {
                        f->text = tree_bytes_of(text, &length);
                        if (tree_type(text) != BIO_BYTES)
                                return NULL;
                        f->text = arena_copy(arena, f->text, length);
                } else if (!number_of(field, "value", &f->value)) {
                        return NULL;
                }
        }
        return rule;
}

struct bio_node *rule_to_kernel(struct tree *t, const struct rule *rule)
{
        struct bio_node *node = tree_map(t), *fields = tree_list(t), *field;
        _cleanup_text_ struct text mask = {0};
        size_t i;

        for (i = 0; i < AUDIT_BITMASK_SIZE; i++)
                text_printf(&mask, "%08x", mask_word(rule->mask, i));
        for (i = 0; i < rule->field_count; i++) {
                const struct rule_field *f = &rule->fields[i];

                field = tree_append(fields, tree_map(t));
                tree_set(field, "field", tree_integer(t, f->field));
                tree_set(field, "op", tree_integer(t, f->op));
                if (rule_field_is_text(f->field))
                        tree_set(field, "text", tree_text(t, f->text));
                else
                        tree_set(field, "value", tree_integer(t, f->value));
        }
        tree_set(node, "list", tree_integer(t, rule->list));
        tree_set(node, "action", tree_integer(t, rule->action));
        tree_set(node, "mask", tree_text(t, rule_mask_is_all(rule->mask) ? "all" : text_string(&mask)));
        tree_set(node, "fields", fields);
        return node;
}

/* --- what stands before */

/* True where every event that satisfies `rule`'s fields satisfies this one too. */
static bool implied(const struct rule_field *wanted, const struct rule *rule)
{
        size_t i, length;

        for (i = 0; i < rule->field_count; i++) {
                const struct rule_field *has = &rule->fields[i];

                if (same_field(wanted, has))
                        return true;
                if (wanted->op != AUDIT_EQUAL || has->op != AUDIT_EQUAL)
                        continue;
                if (wanted->field == AUDIT_PERM && has->field == AUDIT_PERM && !(has->value & ~wanted->value))
                        return true;
                if (wanted->field != AUDIT_DIR || (has->field != AUDIT_WATCH && has->field != AUDIT_DIR))
                        continue;
                length = strlen(wanted->text);
                while (length > 1 && wanted->text[length - 1] == '/')
                        length--;
                if (strncmp(wanted->text, has->text, length) == 0 &&
                    (length == 1 || has->text[length] == '\0' || has->text[length] == '/'))
                        return true;
        }
        return false;
}

/* True where no event satisfies both. */
static bool exclusive(const struct rule_field *a, const struct rule *rule)
{
        size_t i;

        for (i = 0; i < rule->field_count; i++) {
                const struct rule_field *b = &rule->fields[i];

                if (a->field != b->field || rule_field_is_text(a->field) || a->field == AUDIT_PERM ||
                    a->field == AUDIT_FIELD_COMPARE)
                        continue;
                if (a->op == AUDIT_EQUAL && b->op == AUDIT_EQUAL && a->value != b->value)
                        return true;
                if (a->value == b->value && ((a->op == AUDIT_EQUAL && b->op == AUDIT_NOT_EQUAL) ||
                                             (a->op == AUDIT_NOT_EQUAL && b->op == AUDIT_EQUAL)))
                        return true;
        }
        return false;
}

static bool masks_meet(const struct rule *a, const struct rule *b)
{
        size_t i;

        for (i = 0; i < AUDIT_BITMASK_SIZE; i++)
                if (mask_word(a->mask, i) & mask_word(b->mask, i))
                        return true;
        return false;
}

/* The records of an event that carry its key are of type SYSCALL: who is not told of that one is told nothing. */
static enum rule_cover excludes(const struct rule *never, const struct rule *rule)
{
        bool covers = true;
        size_t i;

        for (i = 0; i < never->field_count; i++) {
                const struct rule_field *f = &never->fields[i];
                bool hit;

                if (f->field != AUDIT_MSGTYPE) {
                        covers = covers && implied(f, rule);
                        if (exclusive(f, rule))
                                return RULE_APART;
                        continue;
                }
                hit = f->op == AUDIT_EQUAL                   ? AUDIT_SYSCALL == f->value
                      : f->op == AUDIT_NOT_EQUAL             ? AUDIT_SYSCALL != f->value
                      : f->op == AUDIT_LESS_THAN             ? AUDIT_SYSCALL < f->value
                      : f->op == AUDIT_LESS_THAN_OR_EQUAL    ? AUDIT_SYSCALL <= f->value
                      : f->op == AUDIT_GREATER_THAN          ? AUDIT_SYSCALL > f->value
                      : f->op == AUDIT_GREATER_THAN_OR_EQUAL ? AUDIT_SYSCALL >= f->value
                                                             : true;
                if (!hit)
                        return RULE_APART;
        }
        return covers ? RULE_COVERS : RULE_OVERLAPS;
}

enum rule_cover rule_covers(const struct rule *never, const struct rule *rule)
{
        bool covers = true;
        size_t i;

        if (rule->action != AUDIT_ALWAYS || rule->list == AUDIT_FILTER_EXCLUDE || rule->list == AUDIT_FILTER_TASK)
                return RULE_APART;
        if (never->list == AUDIT_FILTER_EXCLUDE)
                return rule->list == AUDIT_FILTER_EXIT ? excludes(never, rule) : RULE_APART;
        if (never->action != AUDIT_NEVER)
                return RULE_APART;
        /* A task without a context has no system calls that are looked at. */
        if (never->list != rule->list && !(never->list == AUDIT_FILTER_TASK && rule->list == AUDIT_FILTER_EXIT))
                return RULE_APART;
        for (i = 0; i < never->field_count; i++) {
                const struct rule_field *f = &never->fields[i];

                if (f->field == AUDIT_FILTERKEY)
                        continue;
                if (exclusive(f, rule))
                        return RULE_APART;
                covers = covers && implied(f, rule);
        }
        if (never->list == AUDIT_FILTER_EXIT) {
                if (!masks_meet(never, rule))
                        return RULE_APART;
                for (i = 0; i < AUDIT_BITMASK_SIZE; i++)
                        if (mask_word(rule->mask, i) & ~mask_word(never->mask, i))
                                covers = covers && takes_all_calls(never);
        }
        return covers ? RULE_COVERS : RULE_OVERLAPS;
}
