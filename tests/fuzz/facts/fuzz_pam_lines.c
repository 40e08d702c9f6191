/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of PAM as each release reads them: lines end, words lie within their line, a control has an action for every
 * code, and a walk over what the lines make goes forward and ends. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "facts/pam_internal.h"

#define ENTRIES 64

static void take_control(const char *word, enum pam_release release, struct pam_control *ret)
{
        (void)pam_control_read(word, release, ret);
        for (size_t i = 0; i < PAM_CODES; i++)
                if (ret->actions[i] < ACTION_RESET)
                        abort();
}

static void walk(const struct pam_stack *stack)
{
        struct pam_state s;

        pam_walk_begin(&s);
        while (s.at < stack->count) {
                uint16_t before = s.at;

                pam_walk_step(stack, &s, (enum pam_code)(before * 7u % PAM_CODES), (enum pam_code)(before % PAM_CODES));
                if (s.at <= before)
                        abort();
        }
        if (pam_walk_end(stack, &s) >= PAM_CODES)
                abort();
}

static void read_as(const uint8_t *data, size_t size, enum pam_release release)
{
        struct pam_lines lines = {(const char *)data, size, 0, 0, release};
        struct pam_entry entries[ENTRIES];
        struct pam_stack stack = {entries, 0, ENTRIES};
        _cleanup_text_ struct text line = {0};
        unsigned number = 0;

        while (stack.count < ENTRIES && pam_line_next(&lines, &line, &number) == PAM_LINE_READ) {
                struct pam_entry *e = &entries[stack.count++];
                char *end = line.data + line.length, *rest = NULL;
                char *word = pam_word(line.data, &rest);

                if (lines.at > size || number == 0)
                        abort();
                *e = (struct pam_entry){.kind = PAM_MODULE, .level = number % 3};
                take_control(word ? word : "", release, &e->control);
                for (; word; word = pam_word(NULL, &rest))
                        if (word < line.data || word + strlen(word) > end)
                                abort();
        }
        walk(&stack);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        read_as(data, size, PAM_1_5);
        read_as(data, size, PAM_1_7);
        read_as(data, size, PAM_OTHER_RELEASE);
        return 0;
}
