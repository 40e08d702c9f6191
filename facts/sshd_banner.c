/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether what Banner names is a text that sshd sends: a file with one byte to 1 MiB (auth2_read_banner() in auth2.c of
 * OpenSSH 9.2p1 and 10.0p1); of anything else it sends nothing, and says so nowhere. */
#include "base/text.h"
#include "facts/sshd_nodes.h"

#define BANNER_MOST (1024 * 1024)

static const char *why_not_sent(const struct access_file *file)
{
        if (file->state == BIO_ABSENT)
                return "there is no such file";
        if (!S_ISREG(file->mode))
                return "it is no regular file";
        if (file->size == 0)
                return "it is empty";
        return file->size > BANNER_MOST ? "it is larger than sshd sends" : NULL;
}

struct bio_node *sshd_banner_node(struct facts *f, const struct bio_node *scope)
{
        const struct bio_node *banner = tree_get(scope, sshd_keyword_name(SSHD_BANNER));
        const char *path = tree_bytes_of(banner, NULL), *why;
        const struct access_file *file;
        struct tree *t = facts_tree(f);
        struct bio_node *node;

        if (tree_state(banner) != BIO_KNOWN)
                return tree_from(tree_undecidable(t, "Banner: %s", tree_why(banner)), tree_source(banner),
                                 tree_line(banner), 0);
        if (streq(path, "none"))
                return tree_from(tree_absent(t, "no text is named"), tree_source(banner), tree_line(banner), 0);
        file = access_stat(facts_access(f), path);
        if (file->state == BIO_UNREADABLE)
                return fact_file_state(f, file);
        why = why_not_sent(file);
        node = tree_from(tree_bool(t, !why), path, 0, 0);
        if (why)
                (void)tree_note(node, "%s", why);
        return node;
}
