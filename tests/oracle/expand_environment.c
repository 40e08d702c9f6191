/* SPDX-License-Identifier: EUPL-1.2 */
/* For the oracle of units: lets systemd's own library read environment files and replace variables, within a root of
 * the suite. (The library is no interface for others, and this is a test: it holds for the versions that are named
 * here.)
 *
 *     expand_environment VERSION DIRECTORY COUNT
 *
 * For each N below COUNT with a file DIRECTORY/N.words: N.environment, N.files and N.words hold strings ended by NUL;
 * N.out gets the words that an execution would have. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRINGS_MOST 4096

static int (*load_env_file)(FILE *f, const char *name, char ***ret);
static void *replace_env_argv;
static char **(*strv_env_clean)(char **env, void (*invalid)(const char *p, void *user), void *user);

static void *needed(void *library, const char *name)
{
        void *symbol = dlsym(library, name);

        if (!symbol) {
                (void)fprintf(stderr, "expand_environment: no %s\n", name);
                exit(2);
        }
        return symbol;
}

/* The strings of a file; ended by NULL. */
static char **strings_of(const char *directory, const char *number, const char *what)
{
        char **strings = calloc(STRINGS_MOST, sizeof(*strings)), path[512], *bytes = NULL;
        size_t allocated = 0, count = 0;
        FILE *f;

        (void)snprintf(path, sizeof(path), "%s/%s.%s", directory, number, what);
        f = fopen(path, "re");
        while (f && strings && count + 1 < STRINGS_MOST && getdelim(&bytes, &allocated, '\0', f) > 0)
                strings[count++] = strdup(bytes);
        free(bytes);
        if (!f) {
                free(strings);
                return NULL;
        }
        (void)fclose(f);
        return strings;
}

/* A later assignment of a name replaces an earlier one. */
static void assign(char **environment, char *assignment)
{
        size_t length = strcspn(assignment, "=") + 1, i;

        for (i = 0; environment[i]; i++)
                if (strncmp(environment[i], assignment, length) == 0)
                        break;
        if (i + 1 < STRINGS_MOST)
                environment[i] = assignment;
}

static void read_files(char **environment, char **files)
{
        for (; *files; files++) {
                char **read = NULL, **clean;

                if (load_env_file(NULL, *files, &read) < 0)
                        continue;
                clean = strv_env_clean(read, NULL, NULL);
                for (; clean && *clean; clean++)
                        assign(environment, *clean);
        }
}

static char **expand(unsigned version, char **words, char **environment)
{
        char **expanded = NULL;

        if (version < 254)
                return ((char **(*)(char **, char **))replace_env_argv)(words, environment);
        if (((int (*)(char **, char **, char ***, char ***, char ***))replace_env_argv)(words, environment, &expanded,
                                                                                        NULL, NULL) < 0)
                return NULL;
        return expanded;
}

static int answer(unsigned version, const char *directory, const char *number)
{
        char **environment = strings_of(directory, number, "environment"),
             **files = strings_of(directory, number, "files"), **words = strings_of(directory, number, "words");
        char path[512];
        FILE *f;

        if (!words || !environment || !files)
                return 0;
        read_files(environment, files);
        words = expand(version, words, environment);
        (void)snprintf(path, sizeof(path), "%s/%s.out", directory, number);
        f = fopen(path, "we");
        if (!f)
                return -1;
        for (; words && *words; words++)
                (void)fwrite(*words, 1, strlen(*words) + 1, f);
        return fclose(f);
}

/* Not by strtoul(3): that of a newer C library is another symbol, and this runs with an older one too. */
static unsigned number_of(const char *digits)
{
        unsigned number = 0;

        for (; *digits >= '0' && *digits <= '9'; digits++)
                number = number * 10 + (unsigned)(*digits - '0');
        return number;
}

int main(int argc, char *argv[])
{
        char name[128], number[32];
        void *library;
        unsigned i, count;

        if (argc != 4)
                return 2;
        (void)snprintf(name, sizeof(name), "libsystemd-shared-%.8s.so", argv[1]);
        library = dlopen(name, RTLD_NOW);
        if (!library) {
                (void)fprintf(stderr, "expand_environment: %s\n", dlerror());
                return 2;
        }
        load_env_file = (int (*)(FILE *, const char *, char ***))needed(library, "load_env_file");
        strv_env_clean = (char **(*)(char **, void (*)(const char *, void *), void *))needed(
                library, "strv_env_clean_with_callback");
        replace_env_argv = needed(library, "replace_env_argv");
        count = number_of(argv[3]);
        for (i = 0; i < count; i++) {
                (void)snprintf(number, sizeof(number), "%u", i);
                if (answer(number_of(argv[1]), argv[2], number) < 0)
                        return 1;
        }
        return 0;
}
