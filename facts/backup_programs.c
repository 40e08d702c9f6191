/* SPDX-License-Identifier: EUPL-1.2 */
/* Programs that make backups. rsync, tar and dumps of a database make copies: whether one is a backup only who wrote
 * the job knows. Daemons that a server drives (Bacula, Bareos) are clients (facts/backup.c). */
#include <ctype.h>
#include <string.h>

#include "facts/backup_internal.h"

static const struct {
        const char *name;
        const char *actions; /* words of which one must be given; NULL: none need be */
        const char *others;  /* words with which it does something else; NULL: none */
} programs[] = {
        {"restic", "backup",
         " cache cat check copy diff dump find forget generate init key list ls migrate mount prune rebuild-index "
         "recover "
         "repair restore rewrite self-update snapshots stats tag unlock version "},
        {"borg", "create",
         " benchmark break-lock check compact config debug delete diff export-tar extract import-tar info init key "
         "list mount "
         "prune recreate rename serve umount upgrade with-lock "},
        {"borgmatic", NULL,
         " borg break-lock check compact config export-tar extract info init key list mount prune rcreate restore "
         "rinfo "
         "rlist transfer umount "},
        {"duplicity", NULL,
         " cleanup collection-status list-current-files remove-all-but-n-full remove-all-inc-of-but-n-full "
         "remove-older-than replicate restore verify "},
        {"duply", "backup bkp full incr",
         " cleanup fetch list purge purgeFull purgeIncr restore status verify verifyPath "},
        {"rdiff-backup", "backup", " calculate compare complete info list regress remove restore server test verify "},
        {"rsnapshot", NULL, " configtest diff du help version version_only -t "},
        {"kopia", "create", " maintenance policy repository restore server user "},
        {"pgbackrest", "backup",
         " archive-get archive-push check expire help info restore stanza-create stanza-delete start stop verify "},
        {"barman", "backup", " check cron delete list-backup list-server recover show-backup "},
        {"burp", "b t", NULL},
        {"proxmox-backup-client", "backup",
         " catalog key list login logout map mount prune restore snapshot snapshots unmap "},
        {"bup", "save", NULL},
        {"tarsnap", "-c -cf -cvf", NULL},
};

/* With these it says or tries something, whichever it is. */
#define NOTHING_DONE " --dry-run -n --help -h --version -V "

/* Programs that do nothing but start another, with options and numbers before it. */
static const char *const wrappers[] = {"nice", "ionice", "chronic", "env", "setsid", "systemd-cat"};

static const char *base_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

bool has_word(const char *words, const char *word)
{
        size_t length = strlen(word);
        const char *at = words;

        while (length > 0 && (at = strstr(at, word))) {
                if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
                        return true;
                at += length;
        }
        return false;
}

static bool is_wrapper(const char *word)
{
        size_t i;

        for (i = 0; i < ELEMENTS(wrappers); i++)
                if (streq(wrappers[i], base_name(word)))
                        return true;
        return false;
}

size_t backup_command_at(const char *const *words, size_t count)
{
        bool wrapped = false;
        size_t at;

        for (at = 0; at < count; at++) {
                if (is_wrapper(words[at]))
                        wrapped = true;
                else if (!strchr(words[at], '=') &&
                         !(wrapped && (words[at][0] == '-' || isdigit((unsigned char)words[at][0]))))
                        break;
        }
        return at;
}

const char *backup_program(const char *const *words, size_t count)
{
        size_t at = backup_command_at(words, count), i, j;
        bool acts = false;

        for (i = 0; i < ELEMENTS(programs); i++)
                if (at < count && streq(programs[i].name, base_name(words[at])))
                        break;
        if (at >= count || i == ELEMENTS(programs))
                return NULL;
        acts = programs[i].actions == NULL;
        for (j = at + 1; j < count; j++) {
                if (has_word(NOTHING_DONE, words[j]) || (programs[i].others && has_word(programs[i].others, words[j])))
                        return NULL;
                if (programs[i].actions && has_word(programs[i].actions, words[j]))
                        acts = true;
        }
        return acts ? programs[i].name : NULL;
}

const char *backup_program_name(size_t i)
{
        return i < ELEMENTS(programs) ? programs[i].name : NULL;
}

/* The first simple command of a line for a shell always runs: what follows an operator is not looked at. */
static size_t first_words(struct arena *arena, const char *line, size_t length, const char **words, size_t most)
{
        size_t count = 0, i = 0;

        while (i < length && count < most && !strchr(";|&<>()`\n%", line[i])) {
                size_t start = i;

                while (i < length && !strchr(" \t;|&<>()`\n%", line[i]))
                        i++;
                if (i > start)
                        words[count++] = arena_copy(arena, line + start, i - start);
                /* A number right before a redirection belongs to it, and is no word that matters. */
                while (i < length && (line[i] == ' ' || line[i] == '\t'))
                        i++;
        }
        return count;
}

const char *backup_shell_program(struct arena *arena, const char *line, size_t length)
{
        const char *words[64];

        return backup_program(words, first_words(arena, line, length, words, ELEMENTS(words)));
}

const char *backup_line_program(struct systemd *s, const char *line, size_t length)
{
        const char *words[64];

        return backup_command_program(s, words, first_words(&s->arena, line, length, words, ELEMENTS(words)));
}
