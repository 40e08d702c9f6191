/* SPDX-License-Identifier: EUPL-1.2 */
#include "probe/audit_rules.h"

#include <errno.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "probe/audit_netlink.h"

#define RULES_TIMEOUT_MS 3000
#define RULES_MOST       8192
#define REPLIES_MOST     (RULES_MOST + 64) /* with acknowledgements, and messages of others that are passed over */
/* The highest bits are not system calls but classes of them, which the kernel replaces by their members
 * (AUDIT_SYSCALL_CLASSES, linux/audit.h). */
#define CLASS_BITS 0xffff0000u

/* Fields whose value is the length of a text in the rule's buffer (kernel/auditfilter.c, audit_krule_to_data()). */
static bool is_text(uint32_t field)
{
        static const uint32_t texts[] = {
                AUDIT_SUBJ_USER, AUDIT_SUBJ_ROLE, AUDIT_SUBJ_TYPE, AUDIT_SUBJ_SEN,    AUDIT_SUBJ_CLR,
                AUDIT_OBJ_USER,  AUDIT_OBJ_ROLE,  AUDIT_OBJ_TYPE,  AUDIT_OBJ_LEV_LOW, AUDIT_OBJ_LEV_HIGH,
                AUDIT_WATCH,     AUDIT_DIR,       AUDIT_EXE,       AUDIT_FILTERKEY,
        };
        size_t i;

        for (i = 0; i < ELEMENTS(texts); i++)
                if (texts[i] == field)
                        return true;
        return false;
}

static json_t *mask_text(const struct audit_rule_data *rule)
{
        _cleanup_text_ struct text text = {0};
        bool all = true;
        size_t i;

        for (i = 0; i < AUDIT_BITMASK_SIZE; i++) {
                uint32_t set = i + 1 == AUDIT_BITMASK_SIZE ? CLASS_BITS : 0;

                all = all && (rule->mask[i] | set) == 0xffffffffu;
                text_printf(&text, "%08x", rule->mask[i]);
        }
        return json_printf("%s", all ? "all" : text_string(&text));
}

json_t *audit_rule_object(const struct audit_rule_data *rule, size_t length)
{
        _cleanup_json_ json_t *fields = json_must(json_array()), *object = json_must(json_object());
        size_t at = 0, i;

        if (length < sizeof(*rule) || rule->field_count > AUDIT_MAX_FIELDS || rule->buflen > length - sizeof(*rule))
                return NULL;
        for (i = 0; i < rule->field_count; i++) {
                json_t *field = json_must(json_object());

                json_push(fields, field);
                json_set(field, "field", json_integer((json_int_t)rule->fields[i]));
                json_set(field, "op", json_integer((json_int_t)rule->fieldflags[i]));
                if (!is_text(rule->fields[i])) {
                        json_set(field, "value", json_integer((json_int_t)rule->values[i]));
                        continue;
                }
                if (rule->values[i] > rule->buflen - at)
                        return NULL;
                json_set(field, "text", json_safe_string(rule->buf + at, rule->values[i]));
                at += rule->values[i];
        }
        json_set(object, "list", json_integer((json_int_t)rule->flags));
        json_set(object, "action", json_integer((json_int_t)rule->action));
        json_set(object, "mask", mask_text(rule));
        json_set(object, "fields", TAKE_PTR(fields));
        return TAKE_PTR(object);
}

static int receive_rules(int fd, json_t *rules)
{
        int64_t deadline = audit_netlink_deadline(RULES_TIMEOUT_MS);
        int i;

        for (i = 0; i < REPLIES_MOST; i++) {
                struct audit_reply reply;
                json_t *rule;
                int r = audit_netlink_receive(fd, deadline, &reply);

                if (r < 0)
                        return r;
                if (r > 0 && reply.type == NLMSG_DONE)
                        return 0;
                if (r == 0 || reply.type != AUDIT_LIST_RULES || !reply.ruledata)
                        continue;
                if (json_array_size(rules) == RULES_MOST)
                        return -E2BIG;
                rule = audit_rule_object(reply.ruledata, (size_t)NLMSG_PAYLOAD(reply.nlh, 0));
                if (!rule)
                        return -EBADMSG;
                json_push(rules, rule);
        }
        return -E2BIG;
}

json_t *audit_rules_answer(void)
{
        _cleanup_audit_ int fd = audit_netlink_open();
        _cleanup_json_ json_t *rules = json_must(json_array());
        json_t *answer;
        int r;

        if (fd < 0)
                return audit_refused(-fd);
        r = audit_request_rules_list_data(fd);
        if (r <= 0)
                return audit_refused(r < 0 ? -r : EIO);
        r = receive_rules(fd, rules);
        if (r < 0)
                return audit_refused(-r);
        answer = json_must(json_object());
        json_set(answer, "rules", TAKE_PTR(rules));
        return answer;
}
