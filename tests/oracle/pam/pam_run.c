/* SPDX-License-Identifier: EUPL-1.2 */
/* What libpam of the root that this runs in makes of services: lines of "ROOT <tab> SERVICE" on standard input.
 *
 * Each is answered by a line of six fields, one a function: the return code, and behind it what the modules said,
 * blanks between. "crash": the process that asked was ended by a signal; "endless": it did not end. ROOT is a directory
 * in here, which holds the files and the modules; libpam itself is loaded before. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* <security/pam_appl.h>, which need not be installed where this is built. */
struct pam_message {
        int style;
        const char *text;
};
struct pam_response {
        char *text;
        int code;
};
struct pam_conv {
        int (*talk)(int, const struct pam_message **, struct pam_response **, void *);
        void *user;
};

static int (*start)(const char *service, const char *user, const struct pam_conv *, void **);
static int (*end)(void *, int);

enum { AUTHENTICATE, SETCRED, ACCOUNT, OPEN_SESSION, CLOSE_SESSION, CHAUTHTOK, FUNCTIONS };

static const char *const symbols[FUNCTIONS] = {"pam_authenticate", "pam_setcred",       "pam_acct_mgmt",
                                               "pam_open_session", "pam_close_session", "pam_chauthtok"};
static int (*functions[FUNCTIONS])(void *, int);

static int talk(int count, const struct pam_message **messages, struct pam_response **ret, void *user)
{
        struct pam_response *responses = calloc((size_t)count, sizeof(*responses));

        (void)user;
        if (!responses)
                return 5;
        for (int i = 0; i < count; i++)
                if (messages[i]->style == 4)
                        (void)printf(" %s", messages[i]->text);
        *ret = responses;
        return 0;
}

static void call(void *handle, int function)
{
        char said[8192] = "";
        FILE *out = stdout;
        int code;

        stdout = fmemopen(said, sizeof(said) - 1, "w");
        if (!stdout)
                _exit(2);
        code = functions[function](handle, 0);
        (void)fclose(stdout);
        stdout = out;
        (void)printf("%d%s\t", code, said);
}

/* The second of a pair runs over what the first one froze. */
static void ask(const char *service, int first, int second)
{
        const struct pam_conv conv = {talk, NULL};
        void *handle = NULL;
        int code = start(service, "nobody", &conv, &handle);

        /* The files are read here already: then every call of this service fails so. */
        if (code != 0) {
                (void)printf("%d\t", code);
                if (second != FUNCTIONS)
                        (void)printf("%d\t", code);
                return;
        }
        call(handle, first);
        if (second != FUNCTIONS)
                call(handle, second);
        (void)end(handle, 0);
}

static void ask_all(const char *root, const char *service)
{
        if (chroot(root) < 0 || chdir("/") < 0 || setgid(65534) < 0 || setuid(65534) < 0)
                _exit(4);
        (void)alarm(1);
        ask(service, AUTHENTICATE, SETCRED);
        ask(service, ACCOUNT, FUNCTIONS);
        ask(service, OPEN_SESSION, CLOSE_SESSION);
        ask(service, CHAUTHTOK, FUNCTIONS);
        (void)fflush(stdout);
        _exit(0);
}

static void answer(const char *root, const char *service)
{
        char said[65536];
        int pipes[2], status;
        size_t length = 0;
        ssize_t r;
        pid_t child;

        if (pipe(pipes) < 0 || (child = fork()) < 0)
                exit(1);
        if (child == 0) {
                (void)dup2(pipes[1], STDOUT_FILENO);
                (void)close(pipes[0]);
                ask_all(root, service);
        }
        (void)close(pipes[1]);
        while (length < sizeof(said) && (r = read(pipes[0], said + length, sizeof(said) - length)) > 0)
                length += (size_t)r;
        (void)close(pipes[0]);
        (void)waitpid(child, &status, 0);
        if (WIFSIGNALED(status))
                (void)puts(WTERMSIG(status) == SIGALRM ? "endless" : "crash");
        else if (WEXITSTATUS(status) != 0)
                exit(WEXITSTATUS(status));
        else
                (void)printf("%.*s\n", (int)length, said);
        (void)fflush(stdout);
}

/* The dispatcher's symbols by name: data and function pointers are alike to dlsym(3). */
static void *find(void *library, const char *name)
{
        void *symbol = dlsym(library, name);

        if (!symbol)
                exit(1);
        return symbol;
}

int main(void)
{
        void *library = dlopen("libpam.so.0", RTLD_NOW);
        char line[4096];

        if (!library)
                return 1;
        *(void **)&start = find(library, "pam_start");
        *(void **)&end = find(library, "pam_end");
        for (int i = 0; i < FUNCTIONS; i++)
                *(void **)&functions[i] = find(library, symbols[i]);
        while (fgets(line, sizeof(line), stdin)) {
                char *service = strchr(line, '\t');

                if (!service)
                        return 1;
                *service++ = '\0';
                service[strcspn(service, "\n")] = '\0';
                answer(line, service);
        }
        return 0;
}
