/* SPDX-License-Identifier: EUPL-1.2 */
/* Installed packages: dpkg's database, {"manager":"dpkg","packages":{NAME:{"version","architecture","status"}}}, and
 * the query packages.installed {name}, which builds no tree of them all. A further architecture of a package is
 * NAME:ARCH, as dpkg prints it. What only has configuration files left is not in it. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/access.h"
#include "facts/dpkg.h"
#include "facts/facts.h"
#include "facts/readers.h"

#define STATUS_FILE "/var/lib/dpkg/status"
/* What a dpkg that is at work, or was killed, has written of its changes: numbered files, the later wins (dpkg(1)). */
#define UPDATES "/var/lib/dpkg/updates"
/* Images that are built without dpkg have a file for each package here, and no status file. */
#define STATUS_DIRECTORY "/var/lib/dpkg/status.d"
/* Of one stanza. */
#define STANZA_MOST ((size_t)1024 * 1024)

/* Where rpm keeps its database: RHEL 9, RHEL 10 and Fedora, image based systems; in each of its formats. */
static const char *const rpm_databases[] = {
        "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite", "/usr/share/rpm/rpmdb.sqlite",
        "/usr/lib/sysimage/rpm/Packages.db",  "/var/lib/rpm/Packages.db",  "/var/lib/rpm/Packages",
};

struct packages {
        struct dpkg dpkg;
        /* Why nothing is known of any package, or NULL. */
        const char *why;
        bool unreadable; /* else undecidable */
        const char *source;
        /* Why a package that is not found may still be there, or NULL. */
        const char *incomplete;
        const char *incomplete_source;
};

static void take(void *user, const char *bytes, size_t length)
{
        dpkg_take(user, bytes, length);
}

static void again(void *user)
{
        dpkg_again(user);
}

/* Reads one file of the database. What cannot be read hides whatever may be in it. */
static const struct access_file *read_file(struct facts *f, struct packages *p, const char *path, size_t most,
                                           bool implied)
{
        const struct access_taker taker = {.take = take, .again = again, .user = &p->dpkg};
        const struct access_file *file;
        const char *source = tree_intern(facts_tree(f), path);

        dpkg_begin(&p->dpkg, source, implied);
        file = access_pass(facts_access(f), path, most, &taker);
        dpkg_end(&p->dpkg);
        if (file->state == BIO_UNREADABLE && !p->incomplete) {
                p->incomplete = file->why;
                p->incomplete_source = source;
        }
        return file;
}

static bool is_update(const char *name)
{
        return name[strspn(name, "0123456789")] == '\0';
}

static bool is_stanza(const char *name)
{
        return !ends_with(name, ".md5sums");
}

/* The files of a directory, in order of their names. */
static void read_directory(struct facts *f, struct packages *p, const char *path, bool (*wanted)(const char *name),
                           bool implied)
{
        const struct access_directory *d = access_list(facts_access(f), path);
        size_t i;

        if (d->state == BIO_UNREADABLE && !p->incomplete) {
                p->incomplete = d->why;
                p->incomplete_source = path;
        }
        for (i = 0; i < d->count; i++) {
                _cleanup_free_ char *file = must_printf("%s/%s", path, d->names[i]);

                if (!wanted(d->names[i]))
                        continue;
                if (p->dpkg.source_count == DPKG_SOURCES_MOST) {
                        p->incomplete = "more files than this version reads";
                        p->incomplete_source = path;
                        return;
                }
                (void)read_file(f, p, file, STANZA_MOST, implied);
        }
}

static const char *find_rpm(struct facts *f)
{
        size_t i;

        for (i = 0; i < ELEMENTS(rpm_databases); i++)
                if (access_stat(facts_access(f), rpm_databases[i])->state != BIO_ABSENT)
                        return rpm_databases[i];
        return NULL;
}

static void *make(struct facts *f)
{
        struct packages *p = must_alloc(sizeof(*p));
        const struct access_file *status = read_file(f, p, STATUS_FILE, ACCESS_FILE_MOST, false);

        if (status->state == BIO_UNREADABLE) {
                p->why = status->why;
                p->unreadable = true;
                p->source = STATUS_FILE;
                return p;
        }
        read_directory(f, p, UPDATES, is_update, false);
        read_directory(f, p, STATUS_DIRECTORY, is_stanza, true);
        if (p->dpkg.count > 0 || p->dpkg.bad || p->incomplete)
                return p;
        /* dpkg may be installed on a host of rpm; then its database is empty. */
        p->source = find_rpm(f);
        if (p->source)
                p->why = "rpm database not read by this version";
        else {
                /* dpkg is a package itself: where it runs, its database is never empty. */
                p->why = status->state == BIO_ABSENT ? "no package database that this version reads"
                                                     : "dpkg's database is empty";
                p->source = STATUS_FILE;
        }
        return p;
}

static void release(void *kept)
{
        struct packages *p = kept;

        dpkg_free(&p->dpkg);
        free(p);
}

static struct packages *packages_of(struct facts *f)
{
        return facts_keep(f, make, release);
}

static struct bio_node *nothing_known(struct tree *t, const struct packages *p)
{
        struct bio_node *node = p->unreadable ? tree_unreadable(t, "%s", p->why) : tree_undecidable(t, "%s", p->why);

        return tree_from(node, p->source, 0, 0);
}

/* Of a package that was not found: it is not there, if everything could be read. */
static struct bio_node *not_found(struct tree *t, const struct packages *p)
{
        if (p->incomplete)
                return tree_from(tree_unreadable(t, "%s", p->incomplete), p->incomplete_source, 0, 0);
        if (p->dpkg.bad)
                return tree_from(tree_undecidable(t, "%s", p->dpkg.bad), p->dpkg.bad_source, p->dpkg.bad_line, 0);
        return tree_from(tree_absent(t, "not installed"), STATUS_FILE, 0, 0);
}

static struct bio_node *describe(struct tree *t, const struct dpkg_package *package)
{
        struct bio_node *node;

        if (package->wrong)
                node = tree_undecidable(t, "%s", package->wrong);
        else {
                node = tree_map(t);
                (void)tree_set(node, "version", tree_text(t, package->version));
                if (*package->architecture)
                        (void)tree_set(node, "architecture", tree_text(t, package->architecture));
                (void)tree_set(node, "status", tree_text(t, package->status));
        }
        return tree_from(node, package->source, package->line, 0);
}

/* One package for each architecture; a later stanza of the same replaces the earlier. At most this many are told apart.
 */
#define ARCHITECTURES_MOST 8

static size_t find(const struct packages *p, const char *name, struct dpkg_package found[static ARCHITECTURES_MOST])
{
        struct dpkg_package package;
        size_t at = 0, count = 0, i;

        while (dpkg_next(&p->dpkg, &at, &package)) {
                if (!streq(package.name, name))
                        continue;
                for (i = 0; i < count && !streq(found[i].architecture, package.architecture); i++)
                        ;
                if (i == ARCHITECTURES_MOST)
                        continue;
                found[i] = package;
                count = i == count ? count + 1 : count;
        }
        return count;
}

static const struct bio_node *installed(struct facts *f, const struct bio_node *fact,
                                        const struct fact_argument *arguments)
{
        const char *name = fact_argument(arguments, "name");
        struct dpkg_package found[ARCHITECTURES_MOST] = {0};
        const struct packages *p = packages_of(f);
        const struct dpkg_package *first = NULL;
        struct tree *t = facts_tree(f);
        size_t count, i;

        (void)fact;
        if (!name)
                return tree_undecidable(t, "packages.installed needs a name");
        if (p->why)
                return nothing_known(t, p);
        count = find(p, name, found);
        for (i = 0; i < count; i++) {
                if (found[i].wrong)
                        return describe(t, &found[i]);
                if (!found[i].present)
                        continue;
                if (first && !streq(first->version, found[i].version))
                        return tree_from(tree_undecidable(t, "installed in several versions"), found[i].source,
                                         found[i].line, 0);
                if (!first)
                        first = &found[i];
        }
        return first ? describe(t, first) : not_found(t, p);
}

/* In the tree a package stands under its name; a further architecture under NAME:ARCH. */
static void add_package(struct tree *t, struct bio_node *packages, const struct dpkg_package *package)
{
        const struct bio_node *other = tree_get(packages, package->name);
        const char *architecture = tree_bytes_of(tree_get(other, "architecture"), NULL);
        _cleanup_free_ char *qualified = NULL;
        const char *key = package->name;

        if (other && tree_state(other) == BIO_KNOWN && !streq(architecture, package->architecture)) {
                qualified = must_printf("%s:%s", package->name, package->architecture);
                key = qualified;
        }
        if (package->present || package->wrong)
                (void)tree_set(packages, key, describe(t, package));
        else if (tree_get(packages, key))
                (void)tree_set(packages, key,
                               tree_from(tree_absent(t, "not installed"), package->source, package->line, 0));
}

static const struct bio_node *read_packages(struct facts *f)
{
        const struct packages *p = packages_of(f);
        struct tree *t = facts_tree(f);
        struct bio_node *fact = tree_map(t), *packages = tree_map(t);
        struct dpkg_package package;
        size_t at = 0;

        if (p->why)
                return nothing_known(t, p);
        (void)tree_set(fact, "manager", tree_text(t, "dpkg"));
        (void)tree_set(fact, "packages", packages);
        while (dpkg_next(&p->dpkg, &at, &package))
                add_package(t, packages, &package);
        if (p->incomplete || p->dpkg.bad)
                (void)tree_set(fact, "rest", not_found(t, p));
        return tree_from(fact, STATUS_FILE, 0, 0);
}

static const char *const installed_arguments[] = {"name", NULL};

static const struct fact_query queries[] = {
        {.name = "packages.installed", .arguments = installed_arguments, .answer = installed, .without_tree = true},
        {.name = NULL},
};

const struct fact_reader packages_fact = {
        .name = "packages",
        .title = "Installed packages, as dpkg records them",
        .read = read_packages,
        .queries = queries,
};
