/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/sshd_host.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/lines.h"

/* Memory for the configurations of all ways in which sshd is started; the last one read may go beyond it. */
#define CONFIGURATIONS_MOST ((size_t)24 * 1024 * 1024)

static int read_file(void *user, const char *path, const char **bytes, size_t *length, const char **why)
{
        struct sshd *s = user;
        const struct access_file *file = access_read(facts_access(s->facts), path, ACCESS_FILE_MOST);

        if (file->state == BIO_ABSENT)
                return -ENOENT;
        if (file->state != BIO_KNOWN) {
                const struct access_file *looked = access_stat(facts_access(s->facts), path);

                /* sshd opens a directory and then reads nothing from it. */
                if (looked->state == BIO_KNOWN && S_ISDIR(looked->mode)) {
                        *bytes = "";
                        *length = 0;
                        return 0;
                }
                *why = file->why;
                return -EIO;
        }
        *bytes = file->bytes;
        *length = file->length;
        return 0;
}

static size_t glob_files(void *user, const char *pattern, const char *const **paths, const char **unreadable)
{
        struct sshd *s = user;
        const struct access_directory *directory = NULL;
        size_t count = access_glob(facts_access(s->facts), pattern, paths, &directory);

        *unreadable = directory ? directory->path : NULL;
        return count;
}

/* A field of a line that colons separate; false where there is none. */
static bool field(const struct line *line, unsigned number, const char **ret, size_t *length)
{
        const char *at = line->bytes, *end = line->bytes + line->length, *colon;

        for (; number > 0; number--) {
                at = memchr(at, ':', (size_t)(end - at));
                if (!at)
                        return false;
                at++;
        }
        colon = memchr(at, ':', (size_t)(end - at));
        *ret = at;
        *length = (size_t)((colon ? colon : end) - at);
        return true;
}

/* passwd(5): the home of a name, or of uid 0. Accounts from elsewhere are not seen. */
static int find_home(void *user, const char *name, const char **ret)
{
        struct sshd *s = user;
        const struct access_file *file = access_read(facts_access(s->facts), "/etc/passwd", ACCESS_FILE_MOST);
        struct lines lines = lines_of(file->bytes, file->length);
        const char *value;
        struct line line;
        size_t length;

        if (file->state != BIO_KNOWN)
                return -EIO;
        while (lines_next(&lines, &line)) {
                if (!field(&line, name ? 0 : 2, &value, &length) || !span_is(value, length, name ? name : "0"))
                        continue;
                if (!field(&line, 5, &value, &length))
                        continue;
                *ret = arena_copy(&s->arena, value, length);
                return 0;
        }
        return -ENOENT;
}

/* The next word of a line's text, up to a comment; false at its end. */
static bool next_word(const char **at, const char *end, const char **word, size_t *length)
{
        const char *p = *at;

        while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
                p++;
        *word = p;
        while (p < end && *p != '#' && *p != ' ' && *p != '\t' && *p != '\r')
                p++;
        *at = p;
        *length = (size_t)(p - *word);
        return *length > 0;
}

/* services(5): NAME PORT/tcp ALIAS… */
static bool service_port(const struct line *line, const char *name, unsigned *ret)
{
        const char *at = line->bytes, *end = line->bytes + line->length, *word, *port;
        size_t length, port_length;
        char digits[8] = "";
        uint64_t number;
        bool found;

        if (!next_word(&at, end, &word, &length) || !next_word(&at, end, &port, &port_length))
                return false;
        found = span_is(word, length, name);
        while (!found && next_word(&at, end, &word, &length))
                found = span_is(word, length, name);
        if (!found || port_length < 5 || !span_is(port + port_length - 4, 4, "/tcp") ||
            port_length - 4 >= sizeof(digits))
                return false;
        memcpy(digits, port, port_length - 4);
        if (parse_u64(digits, &number) < 0 || number > 65535)
                return false;
        *ret = (unsigned)number;
        return true;
}

static unsigned find_port(void *user, const char *name)
{
        struct sshd *s = user;
        const struct access_file *file = access_read(facts_access(s->facts), "/etc/services", ACCESS_FILE_MOST);
        struct lines lines = lines_of(file->bytes ? file->bytes : "", file->length);
        struct line line;
        unsigned port = 0;

        while (file->state == BIO_KNOWN && lines_next(&lines, &line))
                if (service_port(&line, name, &port))
                        return port;
        return 0;
}

const struct access_file *sshd_program(struct sshd *s)
{
        const struct access_file *program = access_stat(facts_access(s->facts), SSHD_PROGRAM);

        return program->state != BIO_ABSENT ? program : access_stat(facts_access(s->facts), SSHD_PROGRAM_BIN);
}

/* Where sshd lies when it was built by hand. */
static const char *const programs_elsewhere[] = {"/usr/local/sbin/sshd", "/usr/local/bin/sshd"};

/* An sshd that is not the distribution's, or NULL. */
static const char *find_elsewhere(struct sshd *s)
{
        size_t i;

        for (i = 0; i < s->instance_count; i++)
                if (s->instances[i].elsewhere)
                        return s->instances[i].elsewhere;
        for (i = 0; i < ELEMENTS(programs_elsewhere); i++)
                if (access_stat(facts_access(s->facts), programs_elsewhere[i])->state != BIO_ABSENT)
                        return programs_elsewhere[i];
        return NULL;
}

/* Whether there is an sshd that no database of packages speaks of: the program, or what came with it. */
static bool is_there(struct sshd *s, const struct access_file *program)
{
        size_t i;

        for (i = 0; i < s->instance_count; i++)
                if (s->instances[i].starts_sshd)
                        return true;
        return program->state == BIO_KNOWN ||
               access_stat(facts_access(s->facts), SSHD_CONFIG_FILE)->state != BIO_ABSENT;
}

/* Which sshd is installed; false where there is none, or it cannot be told. */
static bool find_release(struct sshd *s)
{
        const struct fact_argument arguments[] = {{"name", "openssh-server"}, {NULL, NULL}};
        const struct bio_node *package = facts_query(s->facts, "packages.installed", arguments);
        const struct access_file *program = sshd_program(s);
        const char *elsewhere;
        bool known = tree_state(package) == BIO_KNOWN, listed = tree_state(package) != BIO_ABSENT;

        s->version_source = tree_source(package);
        s->version_line = tree_line(package);
        if (known)
                s->version = tree_bytes_of(tree_get(package, "version"), NULL);
        else
                s->version_why = tree_why(package);
        s->state = BIO_UNDECIDABLE;
        if (known || (listed && program->state != BIO_UNREADABLE && is_there(s, program))) {
                s->release_count = sshd_releases(&s->arena, s->version, s->releases, &s->why);
                return s->release_count > 0;
        }
        s->version_source = NULL;
        elsewhere = find_elsewhere(s);
        if (program->state == BIO_UNREADABLE) {
                s->state = BIO_UNREADABLE;
                s->why = program->why;
        } else if (program->state == BIO_KNOWN) {
                s->why = "the program belongs to no package, so that its version is not known";
                s->version_source = program->path;
        } else if (elsewhere) {
                s->why = "an sshd that is not the distribution's, so that its version and files are not known";
                s->version_source = elsewhere;
        } else {
                s->state = BIO_ABSENT;
                s->why = "no sshd installed";
        }
        return false;
}

/* The newest change of a file that an instance read, after it was started. */
static void find_change(struct sshd *s, struct sshd_instance *i)
{
        const struct sshd_config *c = i->configs[0];
        size_t k;

        for (k = 0; c && k < c->file_count && i->running_since > 0; k++) {
                const struct access_file *file = access_stat(facts_access(s->facts), c->files[k]);

                if (file->state == BIO_KNOWN && file->ctime > i->running_since && file->ctime > i->changed_at) {
                        i->changed = c->files[k];
                        i->changed_at = file->ctime;
                }
        }
}

/* Of a version that is not modelled: what holds if it starts is what holds under the models under which it does. */
static void keep_starting(struct sshd *s, struct sshd_instance *i)
{
        size_t k, count = i->config_count;

        for (k = 0; k < count; k++) {
                struct sshd_config *c = i->configs[k];
                const struct sshd_reason *why = c->refuses.text ? &c->refuses : &c->doubts;

                if (why->text && !i->doubts.text)
                        i->doubts = (struct sshd_reason){
                                arena_copy(&s->arena, why->text, strlen(why->text)),
                                why->file ? arena_copy(&s->arena, why->file, strlen(why->file)) : NULL, why->line};
        }
        for (k = i->config_count = 0; k < count; k++) {
                struct sshd_config *c = TAKE_PTR(i->configs[k]);

                if (!c->refuses.text || (k + 1 == count && i->config_count == 0))
                        i->configs[i->config_count++] = c;
                else
                        sshd_config_free(c);
        }
}

static void *make(struct facts *f)
{
        struct sshd *s = must_alloc(sizeof(*s));
        size_t i, k, kept = 0;

        s->facts = f;
        s->host = (struct sshd_host){read_file, glob_files, find_home, find_port, s};
        sshd_find_instances(s);
        if (!find_release(s))
                return s;
        s->state = BIO_KNOWN;
        s->why = NULL;
        for (i = 0; i < s->instance_count; i++) {
                struct sshd_instance *instance = &s->instances[i];

                for (k = 0; k < s->release_count && !instance->undecidable && kept <= CONFIGURATIONS_MOST; k++) {
                        instance->configs[k] = sshd_config_read(&s->releases[k], &s->host, &instance->arguments);
                        kept += instance->configs[k]->arena.total;
                }
                if (k < s->release_count && !instance->undecidable)
                        instance->undecidable = "more configuration than is read";
                instance->config_count = k;
                keep_starting(s, instance);
                find_change(s, instance);
        }
        return s;
}

static void release(void *kept)
{
        struct sshd *s = kept;
        size_t i, k;

        for (i = 0; i < s->instance_count; i++)
                for (k = 0; k < SSHD_MODELS; k++)
                        sshd_config_free(s->instances[i].configs[k]);
        arena_free(&s->arena);
        free(s);
}

struct sshd *sshd_of(struct facts *f)
{
        return facts_keep(f, make, release);
}
