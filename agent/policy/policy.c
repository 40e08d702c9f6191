/* SPDX-License-Identifier: EUPL-1.2 */
/* The loaded policies: adding, finding, listing. */
#include "policy/policy.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/yaml.h"
#include "policy/internal.h"

struct policies *policies_new(void)
{
        return must_alloc(sizeof(struct policies));
}

void policies_free(struct policies *p)
{
        if (!p)
                return;
        for (size_t i = 0; i < p->count; i++) {
                policy_free(&p->list[i]);
                tree_free(p->trees[i]);
        }
        free(p->list);
        free(p->trees);
        free(p);
}

static int read_file(const char *path, char **ret, size_t *ret_length, struct diag *diag)
{
        int r = file_read(AT_FDCWD, path, YAML_FILE_MOST, ret, ret_length);

        if (r == -EFBIG)
                (void)diag_add(diag, DIAG_ERROR, path, 0, 0, "larger than %d bytes, expected less", YAML_FILE_MOST);
        else if (r == -EINVAL)
                (void)diag_add(diag, DIAG_ERROR, path, 0, 0, "not a regular file, expected a policy");
        else if (r < 0)
                (void)diag_add(diag, DIAG_ERROR, path, 0, 0, "cannot be read: %s", strerror(-r));
        return r;
}

int policies_add_file(struct policies *p, const char *path, struct diag *diag)
{
        _cleanup_tree_ struct tree *t = tree_new();
        const struct bio_node *root;
        struct policy policy = {0};
        _cleanup_free_ char *digest = NULL;
        size_t length;
        int r;

        r = read_file(path, &policy.text, &length, diag);
        if (r < 0)
                return -EINVAL;
        r = yaml_parse(t, path, policy.text, length, diag, &root);
        if (r >= 0)
                r = policy_read(t, root, &policy, diag);
        for (size_t i = 0; r >= 0 && i < p->count; i++)
                if (streq(p->list[i].id, policy.id))
                        r = yaml_error(diag, tree_get(root, "policy"),
                                       "policy \"%s\" was already read from %s, expected each policy once", policy.id,
                                       p->list[i].path);
        if (r < 0) {
                policy_free(&policy);
                return -EINVAL;
        }
        digest = sha256_digest(policy.text, length);
        policy.digest = tree_intern(t, digest);
        policy.path = tree_intern(t, path);
        p->trees = must_grow(p->trees, &p->trees_allocated, p->count + 1, sizeof(*p->trees));
        p->list = must_grow(p->list, &p->allocated, p->count + 1, sizeof(*p->list));
        p->trees[p->count] = TAKE_PTR(t);
        p->list[p->count++] = policy;
        return 0;
}

/* "bio2, algoritmekader": the names of what the directories hold. */
static void what_there_is(const char *const *directories, struct text *out)
{
        for (size_t i = 0; directories && directories[i]; i++) {
                char **names;
                size_t count;

                if (yaml_directory(directories[i], &names, &count, NULL) < 0)
                        continue;
                for (size_t j = 0; j < count; j++) {
                        text_add(out, out->length ? ", " : "");
                        text_add_safe(out, names[j], strlen(names[j]) - strlen(".yml"));
                }
                names_free(names, count);
        }
}

int policies_add(struct policies *p, const char *id, const char *const *directories, struct diag *diag)
{
        _cleanup_text_ struct text there = {0};

        if (strchr(id, '/') || ends_with(id, ".yml"))
                return policies_add_file(p, id, diag);
        for (size_t i = 0; directories && directories[i]; i++) {
                _cleanup_free_ char *path = must_printf("%s/%s.yml", directories[i], id);
                int r;

                if (access(path, F_OK) < 0)
                        continue;
                r = policies_add_file(p, path, diag);
                if (r >= 0 && !streq(p->list[p->count - 1].id, id))
                        return diag_add(diag, DIAG_ERROR, path, 0, 0,
                                        "its policy is \"%s\", expected the file's name \"%s\"",
                                        p->list[p->count - 1].id, id);
                return r;
        }
        what_there_is(directories, &there);
        (void)diag_add(diag, DIAG_ERROR, NULL, 0, 0, "there is no policy \"%s\", expected a file or one of: %s", id,
                       there.length ? text_string(&there) : "(none is installed)");
        return -ENOENT;
}

size_t policies_count(const struct policies *p)
{
        return p->count;
}

const struct policy *policies_at(const struct policies *p, size_t i)
{
        return i < p->count ? &p->list[i] : NULL;
}

const struct policy_measure *policies_measure(const struct policies *p, const char *id)
{
        const struct policy_measure *found = NULL;

        for (size_t i = 0; i < p->count; i++) {
                for (size_t j = 0; j < p->list[i].measure_count; j++) {
                        const struct policy_measure *m = &p->list[i].measures[j];

                        if (streq(m->full_id, id))
                                return m;
                        if (!streq(m->id, id))
                                continue;
                        if (found)
                                return NULL;
                        found = m;
                }
        }
        return found;
}

const struct policy_measure *policy_measure_numbered(const struct policy *p, const char *id)
{
        for (size_t i = 0; i < p->measure_count; i++)
                if (streq(p->measures[i].id, id))
                        return &p->measures[i];
        return NULL;
}

static bool is_named(const struct policy_measure *m, const char *const *chosen)
{
        for (size_t i = 0; chosen[i]; i++)
                if (streq(chosen[i], m->full_id) || streq(chosen[i], m->id))
                        return true;
        return false;
}

bool measure_is_chosen(const struct policy *p, const struct policy_measure *m, const char *const *chosen)
{
        if (!chosen || is_named(m, chosen))
                return true;
        for (size_t i = 0; i < p->measure_count; i++) {
                const struct policy_measure *requirement = &p->measures[i];

                for (size_t j = 0; requirement->rolls_up && requirement->rolls_up[j]; j++)
                        if (streq(requirement->rolls_up[j], m->id) && is_named(requirement, chosen))
                                return true;
        }
        return false;
}

json_t *policies_list(const struct policies *p)
{
        json_t *list = json_must(json_array());

        for (size_t i = 0; i < p->count; i++) {
                json_t *o = json_must(json_object());

                json_set(o, "id", json_must(json_string(p->list[i].id)));
                json_set(o, "version", json_must(json_string(p->list[i].version)));
                json_set(o, "digest", json_must(json_string(p->list[i].digest)));
                json_set(o, "tailored", json_false());
                json_push(list, o);
        }
        return list;
}

static json_t *title_json(const struct policy_title *t)
{
        json_t *o = json_must(json_object());

        json_set(o, "nl", json_must(json_string(t->nl)));
        json_set(o, "en", json_must(json_string(t->en)));
        return o;
}

static json_t *part_title_json(const struct policy_title *title, bool by_host)
{
        json_t *o = title_json(title);

        json_set(o, "by", json_must(json_string(by_host ? "host" : "organisation")));
        return o;
}

/* Those of a requirement's parts: the measures that it rolls up, and the rest. */
static json_t *rolled_up_titles(const struct policy *p, const struct policy_measure *m)
{
        const struct policy_title beyond = policy_beyond_title();
        json_t *parts = json_must(json_object());

        for (size_t i = 0; m->rolls_up[i]; i++) {
                const struct policy_measure *one = policy_measure_numbered(p, m->rolls_up[i]);

                json_set(parts, one->id, part_title_json(&one->title, one->coverage != POLICY_ORGANISATION));
        }
        json_set(parts, POLICY_BEYOND, part_title_json(&beyond, true));
        return parts;
}

static json_t *part_titles(const struct policy_measure *m)
{
        json_t *parts = json_must(json_object());

        for (size_t i = 0; i < m->part_count; i++)
                json_set(parts, m->parts[i].id, part_title_json(&m->parts[i].title, m->parts[i].by_host));
        return parts;
}

json_t *policies_titles(const struct policies *p)
{
        json_t *all = json_must(json_object());

        for (size_t i = 0; i < p->count; i++) {
                for (size_t j = 0; j < p->list[i].measure_count; j++) {
                        const struct policy_measure *m = &p->list[i].measures[j];
                        json_t *o = title_json(&m->title);

                        json_set(o, "parts", m->rolls_up ? rolled_up_titles(&p->list[i], m) : part_titles(m));
                        json_set(all, m->full_id, o);
                }
        }
        return all;
}

/* Cuts `tail` ("/bin") off `directory`; false where it does not end so. */
static bool cut_tail(char *directory, const char *tail)
{
        size_t n = strlen(directory), m = strlen(tail);

        if (n <= m || directory[n - m - 1] != '/' || !ends_with(directory, tail))
                return false;
        directory[n - m - 1] = '\0';
        return true;
}

char **policy_directories(const char *config_directory)
{
        char **directories = must_alloc(3 * sizeof(*directories));
        char exe[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
        char *slash;
        bool placed = false;

        if (n > 0) {
                exe[n] = '\0';
                slash = strrchr(exe, '/');
                if (slash) {
                        *slash = '\0';
                        placed = cut_tail(exe, BIOAGENT_BINDIR) || cut_tail(exe, BIOAGENT_LIBEXECDIR);
                }
        }
        directories[0] = must_printf("%s/" BIOAGENT_DATADIR "/policies", placed ? exe : BIOAGENT_PREFIX);
        directories[1] = must_printf("%s/policies.d", config_directory ? config_directory : BIOAGENT_SYSCONFDIR);
        return directories;
}

void policy_directories_free(char **directories)
{
        for (size_t i = 0; directories && directories[i]; i++)
                free(directories[i]);
        free(directories);
}
