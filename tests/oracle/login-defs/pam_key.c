/* SPDX-License-Identifier: EUPL-1.2 */
/* What libpam of the root that this runs in finds in a file: pam_key KEY…, files named on standard input; for each file
 * a line with the values in hex, `-` where there is none, blanks between. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef char *(*search_key)(void *pamh, const char *file, const char *key);

static void print_hex(const char *value)
{
        if (!value)
                (void)putchar('-');
        else if (!*value)
                (void)putchar('.');
        for (; value && *value; value++)
                (void)printf("%02x", (unsigned)(unsigned char)*value);
}

int main(int argc, char **argv)
{
        void *library = dlopen("libpam.so.0", RTLD_NOW);
        search_key search = library ? (search_key)dlsym(library, "pam_modutil_search_key") : NULL;
        char line[4096];

        if (!search)
                return 1;
        while (fgets(line, sizeof(line), stdin)) {
                line[strcspn(line, "\n")] = '\0';
                for (int i = 1; i < argc; i++) {
                        char *value = search(NULL, line, argv[i]);

                        print_hex(value);
                        (void)putchar(i + 1 < argc ? ' ' : '\n');
                        free(value);
                }
        }
        return 0;
}
