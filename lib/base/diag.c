/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/diag.h"

#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/io.h"
#include "base/memory.h"
#include "base/text.h"

static const char *const level_names[] = {[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note"};

static const char *program_name;
static bool verbose_log;

void diag_free(struct diag *d)
{
        size_t i;

        for (i = 0; i < d->count; i++) {
                free(d->entries[i].file);
                free(d->entries[i].message);
        }
        free(d->entries);
        *d = (struct diag){0};
}

static char *safe_vprintf(const char *fmt, va_list ap) _printf_(1, 0);

static char *safe_vprintf(const char *fmt, va_list ap)
{
        _cleanup_text_ struct text raw = {0};

        text_vprintf(&raw, fmt, ap);
        return safe_string(text_string(&raw), raw.length);
}

int diag_add(struct diag *d, enum diag_level level, const char *file, unsigned line, unsigned column, const char *fmt,
             ...)
{
        struct diag_entry *entry;
        va_list ap;

        if (!d)
                return -EINVAL;
        d->failed = d->failed || level == DIAG_ERROR;
        if (d->count >= DIAG_MOST) {
                d->dropped++;
                return -EINVAL;
        }
        d->entries = must_grow(d->entries, &d->allocated, d->count + 1, sizeof(*d->entries));
        entry = &d->entries[d->count++];
        *entry = (struct diag_entry){.level = level, .line = line, .column = column};
        entry->file = file ? safe_string(file, strlen(file)) : NULL;
        va_start(ap, fmt);
        entry->message = safe_vprintf(fmt, ap);
        va_end(ap);
        return -EINVAL;
}

static void print_entry(const struct diag_entry *entry, FILE *to)
{
        if (entry->file) {
                (void)fprintf(to, "%s:", entry->file);
                if (entry->line > 0)
                        (void)fprintf(to, "%u:", entry->line);
                if (entry->line > 0 && entry->column > 0)
                        (void)fprintf(to, "%u:", entry->column);
                (void)fputc(' ', to);
        }
        (void)fprintf(to, "%s: %s\n", level_names[entry->level], entry->message);
}

void diag_print(const struct diag *d, FILE *to)
{
        size_t i;

        for (i = 0; i < d->count; i++)
                print_entry(&d->entries[i], to);
        if (d->dropped > 0)
                (void)fprintf(to, "note: %zu more messages are not shown\n", d->dropped);
}

void log_set_name(const char *name)
{
        program_name = name;
}

void log_set_verbose(bool verbose)
{
        verbose_log = verbose;
}

/* systemd.exec(5): $JOURNAL_STREAM names device and inode of the stream it gave; a redirected stderr is another one. */
static bool stderr_is_journal(void)
{
        _cleanup_free_ char *here = NULL;
        const char *stream = getenv("JOURNAL_STREAM");
        struct stat st;

        if (!stream || fstat(STDERR_FILENO, &st) < 0)
                return false;
        here = must_printf("%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
        return streq(here, stream);
}

void log_message(int level, const char *fmt, ...)
{
        _cleanup_text_ struct text line = {0};
        _cleanup_free_ char *message = NULL;
        int saved = errno;
        va_list ap;

        if (level >= LOG_DEBUG && !verbose_log)
                return;
        va_start(ap, fmt);
        message = safe_vprintf(fmt, ap);
        va_end(ap);
        if (stderr_is_journal())
                text_printf(&line, "<%d>", level);
        else
                text_printf(&line, "%s: ", program_name ? program_name : program_invocation_short_name);
        text_printf(&line, "%s\n", message);
        /* One write, so that lines of several processes do not mix; whoever cannot be told cannot be told. */
        (void)fd_write_all(STDERR_FILENO, line.data, line.length);
        errno = saved;
}
