/* SPDX-License-Identifier: EUPL-1.2 */
/* Values that tell criteria apart: names for patterns, addresses for networks. */
#include <ctype.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "base/text.h"
#include "facts/sshd_internal.h"
#include "facts/sshd_scopes.h"

/* Bounds of the search for names; beyond them the caller takes every outcome as possible. */
#define PLACES_MOST 1024 /* bytes of all patterns */
#define STATES_MOST 512

/* All patterns side by side. A state is the set of places, in each of them, up to which the name so far can match. */
struct search {
        char *bytes; /* the patterns, each with its NUL */
        size_t places;
        char alphabet[UCHAR_MAX + 1];
        size_t letters;
        bool *states; /* [STATES_MOST][places] */
        uint64_t *hashes;
        size_t *from;
        char *by;
        size_t count;
};

static void search_drop(struct search *s)
{
        free(s->bytes);
        free(s->states);
        free(s->hashes);
        free(s->from);
        free(s->by);
}

static bool *state_at(const struct search *s, size_t i)
{
        return s->states + i * s->places;
}

/* Splits lists into patterns; false where they are too long. */
static bool search_start(struct search *s, const char *const *lists, size_t count, bool lower)
{
        _cleanup_text_ struct text t = {0};
        bool seen[UCHAR_MAX + 1] = {false};
        static const char others[] = "xyzwvutsrqponmlkjihgfedcba0123456789-_";
        size_t i;

        for (i = 0; i < count; i++) {
                const char *p = lists[i];

                while (*p) {
                        size_t length;

                        p += *p == '!';
                        for (length = strcspn(p, ","); length > 0; length--, p++) {
                                unsigned char byte =
                                        lower ? (unsigned char)tolower((unsigned char)*p) : (unsigned char)*p;

                                text_add_char(&t, (char)byte);
                                if (byte != '*' && byte != '?')
                                        seen[byte] = true;
                        }
                        text_append(&t, "", 1);
                        p += *p == ',';
                }
        }
        for (i = 0; others[i]; i++)
                if (!seen[(unsigned char)others[i]]) {
                        s->alphabet[s->letters++] = others[i];
                        break;
                }
        for (i = 1; i <= UCHAR_MAX; i++)
                if (seen[i])
                        s->alphabet[s->letters++] = (char)i;
        s->places = t.length;
        if (s->places > PLACES_MOST)
                return false;
        s->bytes = text_take(&t);
        s->states = must_alloc(STATES_MOST * (s->places + 1));
        s->hashes = must_alloc(STATES_MOST * sizeof(*s->hashes));
        s->from = must_alloc(STATES_MOST * sizeof(*s->from));
        s->by = must_alloc(STATES_MOST);
        return true;
}

/* A place is reached, and through stars those behind it. */
static void reach(const struct search *s, bool *state, size_t place)
{
        state[place] = true;
        while (s->bytes[place] == '*')
                state[++place] = true;
}

static void step(const struct search *s, const bool *state, char letter, bool *ret)
{
        size_t i;

        memset(ret, 0, s->places);
        for (i = 0; i < s->places; i++) {
                if (!state[i] || !s->bytes[i])
                        continue;
                if (s->bytes[i] == '*')
                        reach(s, ret, i);
                else if (s->bytes[i] == '?' || s->bytes[i] == letter)
                        reach(s, ret, i + 1);
        }
}

/* Whether another state already matches the same patterns. */
static bool matches_like_earlier(const struct search *s, size_t state)
{
        size_t i, k;

        for (i = 1; i < state; i++) {
                for (k = 0; k < s->places; k++)
                        if (!s->bytes[k] && state_at(s, i)[k] != state_at(s, state)[k])
                                break;
                if (k == s->places)
                        return true;
        }
        return false;
}

static const char *name_of(struct arena *arena, const struct search *s, size_t state)
{
        char name[STATES_MOST + 1];
        size_t at = STATES_MOST;

        for (name[at] = '\0'; state > 0; state = s->from[state])
                name[--at] = s->by[state];
        return arena_copy(arena, name + at, STATES_MOST - at);
}

/* FNV-1a. */
static uint64_t hash(const bool *state, size_t places)
{
        uint64_t h = 0xcbf29ce484222325u;
        size_t i;

        for (i = 0; i < places; i++)
                h = (h ^ state[i]) * 0x100000001b3u;
        return h;
}

/* Adds the states that one letter more leads to; false where there are too many. */
static bool extend(struct search *s, size_t state)
{
        size_t i, k;

        for (i = 0; i < s->letters; i++) {
                if (s->count == STATES_MOST)
                        return false;
                step(s, state_at(s, state), s->alphabet[i], state_at(s, s->count));
                s->hashes[s->count] = hash(state_at(s, s->count), s->places);
                /* The start has matched no letter yet, so that nothing is the same as it. */
                for (k = 1; k < s->count; k++)
                        if (s->hashes[k] == s->hashes[s->count] &&
                            memcmp(state_at(s, k), state_at(s, s->count), s->places) == 0)
                                break;
                if (k < s->count)
                        continue;
                s->from[s->count] = state;
                s->by[s->count++] = s->alphabet[i];
        }
        return true;
}

bool sshd_names_telling_apart(struct arena *arena, const char *const *lists, size_t count, bool lower,
                              const char *const **ret, size_t *ret_count)
{
        _cleanup_(search_drop) struct search s = {0};
        const char **names = NULL;
        size_t allocated = 0, i;

        *ret_count = 0;
        if (!search_start(&s, lists, count, lower))
                return false;
        for (i = 0; i < s.places; i++)
                if (i == 0 || !s.bytes[i - 1])
                        reach(&s, state_at(&s, 0), i);
        for (i = 0, s.count = 1; i < s.count; i++) {
                if (!extend(&s, i))
                        return false;
                if (i == 0 || matches_like_earlier(&s, i))
                        continue;
                names = sshd_grow(arena, names, &allocated, *ret_count + 1, sizeof(*names));
                names[(*ret_count)++] = name_of(arena, &s, i);
        }
        *ret = names;
        return true;
}

/* Addresses. */

static bool same_network(const struct sshd_address *a, const struct sshd_address *b)
{
        return a->family == b->family && a->bits == b->bits && sshd_address_within(a, b);
}

/* An address of `net` that is in none of the networks that are smaller; false where they fill it. */
static bool find_gap(const struct sshd_address *networks, size_t count, const struct sshd_address *net,
                     const struct sshd_address *whole, struct sshd_address *ret)
{
        struct sshd_address half = *net;
        bool inner = false;
        size_t i;

        for (i = 0; i < count; i++) {
                if (networks[i].bits <= whole->bits || networks[i].family != net->family)
                        continue;
                if (networks[i].bits <= net->bits && sshd_address_within(net, &networks[i]))
                        return false;
                inner |= networks[i].bits > net->bits && sshd_address_within(&networks[i], net);
        }
        if (!inner) {
                *ret = *net;
                return true;
        }
        half.bits++;
        if (find_gap(networks, count, &half, whole, ret))
                return true;
        half.bytes[net->bits / 8] |= (unsigned char)(0x80 >> (net->bits % 8));
        return find_gap(networks, count, &half, whole, ret);
}

void sshd_addresses_telling_apart(struct arena *arena, const struct sshd_address *networks, size_t count,
                                  const char *const **ret, size_t *ret_count)
{
        const char **names = arena_alloc(arena, (count + 3) * sizeof(*names));
        const struct sshd_address all[] = {{.family = AF_INET}, {.family = AF_INET6}};
        struct sshd_address gap;
        size_t i, k;

        *ret_count = 0;
        for (i = 0; i < ELEMENTS(all); i++)
                if (find_gap(networks, count, &all[i], &all[i], &gap))
                        names[(*ret_count)++] = sshd_address_text(arena, &gap);
        for (i = 0; i < count; i++) {
                for (k = 0; k < i; k++)
                        if (same_network(&networks[k], &networks[i]))
                                break;
                if (k == i && networks[i].bits > 0 && find_gap(networks, count, &networks[i], &networks[i], &gap))
                        names[(*ret_count)++] = sshd_address_text(arena, &gap);
        }
        /* What sshd takes for the address of a client that has none (a local socket). */
        names[(*ret_count)++] = "UNKNOWN";
        *ret = names;
}
