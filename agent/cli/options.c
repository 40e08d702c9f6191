/* SPDX-License-Identifier: EUPL-1.2 */
/* Options as tables, over getopt_long(3). */
#include "base/memory.h"
#include "cli/cli.h"
#include "report/host.h"
#include "report/layout.h"
#include <getopt.h>

#define OPTIONS_MOST 32
#define HELP_WIDTH   80
#define HELP_COLUMN  24

enum { HELP = 1000, VERSION }; /* values of getopt_long() beyond any index of ours */

static const struct cli_option common_options[] = {
        {"config", CLI_TEXT, "FILE", offsetof(struct cli_common, config),
         "configuration (" BIOAGENT_SYSCONFDIR "/bioagent.yml)"},
        {"verbose", CLI_FLAG, NULL, offsetof(struct cli_common, verbose), "say more"},
        {0},
};

static size_t count_options(const struct cli_option *options)
{
        size_t n = 0;

        while (options && options[n].name)
                n++;
        return n;
}

static void list_add(struct cli_list *list, const char *item)
{
        list->items = must_grow(list->items, &list->allocated, list->count + 2, sizeof(*list->items));
        list->items[list->count++] = item;
        list->items[list->count] = NULL;
}

static int take(const struct cli_command *c, const struct cli_option *option, const char *argument, void *to)
{
        void *at = (char *)to + option->offset;

        if (argument && !*argument)
                return cli_usage(c, "--%s needs a value, expected one that is not empty", option->name);
        switch (option->kind) {
        case CLI_FLAG:
                *(bool *)at = true;
                return CLI_CONTINUE;
        case CLI_LIST:
                list_add(at, argument);
                return CLI_CONTINUE;
        case CLI_TEXT:
                if (*(const char **)at)
                        return cli_usage(c, "--%s stands twice, expected once", option->name);
                *(const char **)at = argument;
                return CLI_CONTINUE;
        }
        return CLI_INTERNAL;
}

static void help_line(struct text *out, const struct cli_option *option)
{
        _cleanup_free_ char *label = must_printf("--%s%s%s", option->name, option->argument ? " " : "",
                                                 option->argument ? option->argument : "");

        text_add(out, "  ");
        layout_pad(out, label, HELP_COLUMN - 3);
        text_add_char(out, ' ');
        layout_wrap(out, HELP_WIDTH, HELP_COLUMN,
                    layout_columns(label) < HELP_COLUMN - 3 ? HELP_COLUMN : layout_columns(label) + 3, option->help);
}

void cli_help(const struct cli_command *c, struct text *out)
{
        static const struct cli_option help = {"help", CLI_FLAG, NULL, 0, "this text"};
        static const struct cli_option version = {"version", CLI_FLAG, NULL, 0, "version of this agent"};
        _cleanup_free_ char *usage = must_printf("%s%s%s", c->name, *c->synopsis ? " " : "", c->synopsis);

        text_add(out, "bioagent ");
        layout_wrap(out, HELP_WIDTH, 9, 9, usage);
        text_add_char(out, '\n');
        layout_wrap(out, HELP_WIDTH, 0, 0, c->help);
        text_add_char(out, '\n');
        for (size_t i = 0; i < count_options(c->options); i++)
                help_line(out, &c->options[i]);
        for (size_t i = 0; i < count_options(common_options); i++)
                help_line(out, &common_options[i]);
        help_line(out, &help);
        help_line(out, &version);
}

static int put_help(const struct cli_command *c)
{
        _cleanup_text_ struct text out = {0};

        cli_help(c, &out);
        return cli_put(&out, CLI_OK);
}

static int put_version(void)
{
        _cleanup_text_ struct text out = {0};

        text_printf(&out, "bioagent %s\n", report_agent_version());
        return cli_put(&out, CLI_OK);
}

int cli_options(const struct cli_command *c, int argc, char **argv, void *to, int *ret_rest)
{
        const struct cli_option *rows[OPTIONS_MOST];
        struct option table[OPTIONS_MOST + 3] = {0};
        size_t count = 0;
        int value, r;

        for (size_t i = 0; i < count_options(c->options) && count < OPTIONS_MOST; i++)
                rows[count++] = &c->options[i];
        for (size_t i = 0; i < count_options(common_options) && count < OPTIONS_MOST; i++)
                rows[count++] = &common_options[i];
        for (size_t i = 0; i < count; i++)
                table[i] = (struct option){rows[i]->name, rows[i]->kind == CLI_FLAG ? no_argument : required_argument,
                                           NULL, (int)i};
        table[count] = (struct option){"help", no_argument, NULL, HELP};
        table[count + 1] = (struct option){"version", no_argument, NULL, VERSION};
        optind = 0; /* start afresh, whoever read options before */
        opterr = 0;
        while ((value = getopt_long(argc, argv, ":", table, NULL)) != -1) {
                if (value == HELP)
                        return put_help(c);
                if (value == VERSION)
                        return put_version();
                if (value == ':')
                        return cli_usage(c, "%s needs a value", argv[optind - 1]);
                if (value < 0 || (size_t)value >= count)
                        return cli_usage(c, "unknown option %s", argv[optind - 1]);
                r = take(c, rows[value], optarg, to);
                if (r != CLI_CONTINUE)
                        return r;
        }
        log_set_verbose(((struct cli_common *)to)->verbose);
        *ret_rest = optind;
        return CLI_CONTINUE;
}
