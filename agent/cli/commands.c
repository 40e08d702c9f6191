/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands, and which one is meant. */
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "report/layout.h"

static const struct cli_command *const commands[] = {
        &cli_list_command, &cli_explain, &cli_facts, &cli_keygen, &cli_verify, &cli_status, &cli_test_config,
};

/* Commands that are programs of their own; they read their options themselves. */
static const struct {
        const char *name, *synopsis, *help, *program;
        bool named; /* the program gets the command as its first argument */
} programs[] = {
        {"daemon", "[OPTION]…", "audit on schedule, sign and spool (bioagent-sign)", "bioagent-sign", false},
        {"ship", "[OPTION]…", "send what is spooled to the collector (bioagent-ship)", "bioagent-ship", false},
        {"enroll", "URL --token-file FILE|-", "get a certificate from the collector (bioagent-ship)", "bioagent-ship",
         true},
};

static void program_help(struct text *out)
{
        text_add(out, "bioagent ");
        layout_wrap(out, 80, 9, 9, "--run-once [OPTION]… | COMMAND [OPTION]…");
        text_add(out, "\nWhat this host shows of the measures of the BIO. Each command has a --help.\n\n");
        layout_field(out, 80, 2, 14, "--run-once", cli_run_once.help);
        for (size_t i = 0; i < ELEMENTS(commands); i++)
                layout_field(out, 80, 2, 14, commands[i]->name, commands[i]->help);
        for (size_t i = 0; i < ELEMENTS(programs); i++)
                layout_field(out, 80, 2, 14, programs[i].name, programs[i].help);
        text_add_char(out, '\n');
        layout_wrap(out, 80, 0, 0,
                    "Exit status of a run: 0 nothing failed, 1 a check failed, 2 wrong usage or configuration, 3 "
                    "nothing failed "
                    "but something could not be established, 4 internal or output failure.");
}

static int exec_program(const char *program, bool named, int argc, char **argv)
{
        _cleanup_free_ char *libexec = observer_libexec();
        _cleanup_free_ char *path = libexec ? must_printf("%s/%s", libexec, program) : NULL;
        _cleanup_free_ char **arguments = must_alloc(((size_t)argc + 2) * sizeof(*arguments));
        int count = 0;

        arguments[count++] = (char *)program;
        for (int i = named ? 0 : 1; i < argc; i++)
                arguments[count++] = argv[i];
        if (path)
                (void)execv(path, arguments);
        log_message(LOG_ERR, "%s cannot be started: %s", path ? path : program, strerror(errno));
        return CLI_INTERNAL;
}

static bool asks(int argc, char **argv, const char *option)
{
        return argc == 2 && streq(argv[1], option);
}

int cli_main(int argc, char **argv)
{
        _cleanup_text_ struct text help = {0};

        if (asks(argc, argv, "--help")) {
                program_help(&help);
                return cli_put(&help, CLI_OK);
        }
        if (argc < 2) {
                program_help(&help);
                (void)fputs(text_string(&help), stderr);
                return CLI_USAGE;
        }
        if (argv[1][0] == '-')
                return cli_run_once.run(&cli_run_once, argc, argv);
        for (size_t i = 0; i < ELEMENTS(commands); i++)
                if (streq(commands[i]->name, argv[1]))
                        return commands[i]->run(commands[i], argc - 1, argv + 1);
        for (size_t i = 0; i < ELEMENTS(programs); i++)
                if (streq(programs[i].name, argv[1]))
                        return exec_program(programs[i].program, programs[i].named, argc - 1, argv + 1);
        log_message(LOG_ERR, "there is no command \"%s\" (bioagent --help says what there is)", argv[1]);
        return CLI_USAGE;
}
