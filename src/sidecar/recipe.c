/* SPDX-License-Identifier: MIT */
#include "sidecar/recipe.h"

#include <stdlib.h>

#include "ar/universal.h"
#include "base/threads.h"
#include "image/image.h"
#include "sidecar/chunks.h"

/* ---- describing --------------------------------------------------------------------------- */

struct describing {
    const struct census *census;
    const struct plan *plan;
    const struct shrunk *shrunk;
    enum ar_flavour flavour;
    struct arena *arena;  /* of the manifest */
    struct arena scratch;
    struct manifest *manifest;
    uint32_t *content; /* by leader: index into manifest.contents */
    uint32_t *leaders; /* by content */
};

static void digest_content(void *context, size_t item, unsigned worker)
{
    struct describing *d = context;
    struct manifest_content *content = &d->manifest->contents[item];
    struct span bytes = member_content(d->census->set, d->leaders[item]);
    (void)worker;
    content->size = bytes.size;
    content->digest = digest_of(bytes);
}

/** Number the distinct contents. */
static bool number_contents(struct describing *d)
{
    const struct set *set = d->census->set;
    const uint32_t *leader_of = d->census->leader_of;
    size_t count = 0;
    for (uint32_t i = 0; i < set->member_count; i++) {
        count += leader_of[i] == i;
    }
    d->content = ARENA_ARRAY(&d->scratch, uint32_t, set->member_count);
    d->leaders = ARENA_ARRAY(&d->scratch, uint32_t, count);
    if (!d->content || !d->leaders) {
        return false;
    }
    for (uint32_t i = 0; i < set->member_count; i++) {
        if (leader_of[i] == i) {
            d->leaders[d->manifest->content_count] = i;
            d->content[i] = (uint32_t)d->manifest->content_count++;
        }
    }
    return true;
}

/**
 * True if the sidecar must store this member: no output will contain these exact bytes. The member
 * is shrunk, or it leaves its library while the workspace has other bytes for its class, or it
 * enters or leaves a Darwin archive, where newlines at its end are taken for padding.
 */
static bool must_be_stored(const struct describing *d, uint32_t member)
{
    struct span data = set_member(d->census->set, member)->data;
    bool darwin = set_library_of(d->census->set, member)->archive.flavour == AR_DARWIN;
    if (darwin != (d->flavour == AR_DARWIN) && span_ends(data, "\n")) {
        return true;
    }
    uint32_t stands_for = class_member(d->census, d->census->class_of[member]);
    if (d->shrunk->prelinked) {
        return true;
    }
    uint32_t written = plan_stays(d->plan, d->census, member) ? member : stands_for;
    return d->census->leader_of[member] != d->census->leader_of[written] ||
           !shrunk_keeps(d->shrunk, d->census, written) ||
           shrunk_member(d->shrunk, d->census, written) != NULL;
}

static bool describe_library(struct describing *d, const struct library *from,
                             struct manifest_library *to)
{
    const struct archive *archive = &from->archive;
    const uint8_t *cursor = from->bytes.data;
    const uint8_t *end = cursor + from->bytes.size;
    to->steps = ARENA_ARRAY(d->arena, struct recipe_step, archive->member_count + 1);
    if (!to->steps) {
        return false;
    }
    to->mode = from->file.mode;
    uint32_t number = (uint32_t)(from - d->census->set->libraries);
    to->left_out = plan_leaves_out(d->plan, number);
    to->part = to->left_out ? 0 : plan_part_of(d->plan, number);
    for (uint32_t i = 0; i < archive->member_count; i++) {
        uint32_t member = from->first + i;
        struct span bytes = member_content(d->census->set, member);
        uint32_t content = d->content[d->census->leader_of[member]];
        const uint8_t *start = bytes.size ? bytes.data : archive->members[i].data.data;
        to->steps[to->step_count++] =
            (struct recipe_step){span_make(cursor, (size_t)(start - cursor)), content};
        cursor = start + bytes.size;
    }
    to->steps[to->step_count++] =
        (struct recipe_step){span_make(cursor, (size_t)(end - cursor)), NO_CONTENT};
    to->original.size = from->bytes.size;
    return true;
}

/** Fill in the members' contents, the first @count. */
static void fill_contents(struct describing *d, size_t count, unsigned jobs)
{
    const struct set *set = d->census->set;
    threads_run(count, jobs, digest_content, d);
    for (uint32_t i = 0; i < set->member_count; i++) {
        if (must_be_stored(d, i)) {
            uint32_t content = d->content[d->census->leader_of[i]];
            d->manifest->contents[content].stored = true;
            d->manifest->contents[content].bytes = member_content(set, i);
        }
    }
}

bool recipes_make(const struct recipe_sources *sources, struct arena *arena,
                  struct manifest *manifest, struct error *error)
{
    const struct census *census = sources->census;
    struct describing describing = {.census = census,
                                    .plan = sources->plan,
                                    .shrunk = sources->shrunk,
                                    .flavour = sources->flavour,
                                    .arena = arena,
                                    .manifest = manifest};
    manifest->library_count = census->set->library_count;
    manifest->libraries = ARENA_ARRAY(arena, struct manifest_library, census->set->library_count);
    bool done = manifest->libraries && number_contents(&describing);
    size_t count = manifest->content_count;
    for (size_t i = 0; done && i < census->set->library_count; i++) {
        done = describe_library(&describing, &census->set->libraries[i], &manifest->libraries[i]);
    }
    done = done && chunks_share(manifest, sources->jobs, arena);
    if (done) {
        fill_contents(&describing, count, sources->jobs);
    }
    arena_free(&describing.scratch);
    for (size_t i = 0; done && i < census->set->library_count; i++) {
        struct manifest_library *library = &manifest->libraries[i];
        library->original.digest = recipe_digest(manifest, library);
    }
    return done || error_memory(error);
}

/* ---- rebuilding -------------------------------------------------------------------------- */

/** Uses the whole digest, also against contents that were made to share half of it. */
static uint64_t content_hash(const struct manifest_content *content)
{
    return table_hash(span_make(&content->digest, sizeof content->digest), content->size);
}

static bool same_content(const void *context, uint32_t item, const void *key)
{
    const struct manifest_content *known = &((const struct content_store *)context)->list[item];
    const struct manifest_content *wanted = key;
    return known->size == wanted->size && digest_equal(known->digest, wanted->digest);
}

bool content_store_add(struct content_store *store, struct span bytes)
{
    struct manifest_content content = {
        .size = bytes.size, .digest = digest_of(bytes), .bytes = bytes, .stored = true};
    uint64_t hash = content_hash(&content);
    uint32_t known = table_find(&store->table, hash, same_content, store, &content);
    if (known != TABLE_NONE) {
        /* a digest that means two contents means none: nothing is rebuilt from it */
        store->list[known].stored &= span_equal(store->list[known].bytes, bytes);
        return true;
    }
    struct manifest_content *list =
        heap_grow(store->list, store->count, &store->capacity, 256, sizeof *list);
    if (!list) {
        return false;
    }
    store->list = list;
    store->list[store->count] = content;
    return table_add(&store->table, hash, (uint32_t)store->count++);
}

bool content_store_add_archive(struct content_store *store, const struct archive *archive)
{
    for (size_t i = 0; i < archive->member_count; i++) {
        if (!content_store_add(store, ar_member_content(archive, &archive->members[i]))) {
            return false;
        }
    }
    return true;
}

bool content_store_add_file(struct content_store *store, struct span file, struct arena *arena)
{
    struct universal universal;
    struct archive archive;
    struct error unread = {0};
    if (image_probe(file)) { /* one content, as of a shared object that is stripped */
        return content_store_add(store, file);
    }
    if (!universal_probe(file)) {
        return !archive_read(file, arena, &archive, &unread) ||
               content_store_add_archive(store, &archive);
    }
    bool done = true;
    bool read = universal_read(file, arena, &universal, &unread);
    for (size_t i = 0; read && done && i < universal.count; i++) {
        struct span slice = universal.slices[i].bytes;
        done = archive_probe(slice) ? content_store_add_file(store, slice, arena)
                                    : content_store_add(store, slice);
    }
    return done;
}

bool content_store_add_stored(struct content_store *store, const struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->content_count; i++) {
        if (manifest->contents[i].stored && !manifest->contents[i].lost &&
            !content_store_add(store, manifest->contents[i].bytes)) {
            return false;
        }
    }
    return true;
}

void content_store_free(struct content_store *store)
{
    free(store->list);
    table_free(&store->table);
    *store = (struct content_store){0};
}

const struct manifest_content *content_store_find(const struct content_store *store,
                                                  const struct manifest_content *wanted)
{
    uint32_t found = table_find(&store->table, content_hash(wanted), same_content, store, wanted);
    return found == TABLE_NONE || !store->list[found].stored ? NULL : &store->list[found];
}

bool content_store_has(const struct content_store *store, struct span bytes)
{
    struct manifest_content content = {.size = bytes.size, .digest = digest_of(bytes)};
    return content_store_find(store, &content) != NULL;
}

bool recipe_rebuild(const struct manifest *manifest, const struct manifest_library *library,
                    const struct content_store *own, const struct content_store *shared,
                    struct arena *arena, struct span **pieces, size_t *count, struct error *error)
{
    *count = 0;
    *pieces = ARENA_ARRAY(arena, struct span, 2 * library->step_count);
    if (!*pieces) {
        return error_memory(error);
    }
    for (size_t i = 0; i < library->step_count; i++) {
        const struct recipe_step *step = &library->steps[i];
        (*pieces)[(*count)++] = step->literal;
        if (step->content == NO_CONTENT) {
            continue;
        }
        const struct manifest_content *wanted = &manifest->contents[step->content];
        const struct manifest_content *found = content_store_find(own, wanted);
        found = found ? found : content_store_find(shared, wanted);
        if (!found) {
            char text[DIGEST_TEXT];
            digest_text(wanted->digest, text);
            return error_set(error,
                             "member %zu of the original (%llu bytes, xxh128 %s) is neither "
                             "in it nor in the workspace",
                             i, (unsigned long long)wanted->size, text);
        }
        (*pieces)[(*count)++] = found->bytes;
    }
    return true;
}
