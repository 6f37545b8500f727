/* SPDX-License-Identifier: MIT */
#include "sidecar/recipe_join.h"

/** One file's recipe on its way. */
struct joining {
    const struct manifest *const *descriptions;
    const uint32_t *first_content; /* by description: where its contents begin */
    struct manifest *manifest;
    struct manifest_library *to;
    const uint8_t *literal; /* what follows the content before */
};

static void add_step(struct joining *j, const uint8_t *content_at, uint32_t content)
{
    j->to->steps[j->to->step_count++] =
        (struct recipe_step){span_make(j->literal, (size_t)(content_at - j->literal)), content};
    if (content != NO_CONTENT) {
        j->literal = content_at + j->manifest->contents[content].size;
    }
}

/** Literals of neighbouring slices, and what lies between, become one. */
static void join_slice(struct joining *j, const struct recipe_slice *slice)
{
    const struct manifest *description = j->descriptions[slice->description];
    const struct manifest_library *from = &description->libraries[slice->library];
    const uint8_t *at = slice->bytes.data;
    for (size_t i = 0; i < from->step_count; i++) {
        const struct recipe_step *step = &from->steps[i];
        at += step->literal.size;
        if (step->content != NO_CONTENT) {
            add_step(j, at, j->first_content[slice->description] + step->content);
            at = j->literal;
        }
    }
}

/** The slice is an object: a content that both forms of the file have. */
static void join_object(struct joining *j, const struct recipe_slice *slice)
{
    uint32_t content = (uint32_t)j->manifest->content_count++;
    j->manifest->contents[content] = (struct manifest_content){
        .size = slice->bytes.size, .digest = digest_of(slice->bytes)};
    add_step(j, slice->bytes.data, content);
}

static size_t count_steps(const struct joining *j, const struct recipe_file *file)
{
    size_t count = 1;
    for (size_t i = 0; i < file->count; i++) {
        const struct recipe_slice *slice = &file->slices[i];
        count += slice->description == NO_DESCRIPTION
                     ? 1
                     : j->descriptions[slice->description]->libraries[slice->library].step_count;
    }
    return count;
}

static bool join_file(struct joining *j, const struct recipe_file *file, struct arena *arena)
{
    struct manifest_library *to = j->to;
    const struct span bytes = file->from->bytes;
    to->mode = file->from->file.mode;
    to->steps = ARENA_ARRAY(arena, struct recipe_step, count_steps(j, file));
    to->slices = ARENA_ARRAY(arena, struct manifest_slice, file->count);
    if (!to->steps || !to->slices) {
        return false;
    }
    j->literal = bytes.data;
    to->left_out = true;
    for (size_t i = 0; i < file->count; i++) {
        const struct recipe_slice *slice = &file->slices[i];
        struct manifest_slice *of = &to->slices[to->slice_count++];
        *of = (struct manifest_slice){slice->machine, to->step_count, true};
        if (slice->description == NO_DESCRIPTION) {
            join_object(j, slice);
            continue;
        }
        of->left_out =
            j->descriptions[slice->description]->libraries[slice->library].left_out;
        to->left_out &= of->left_out;
        join_slice(j, slice);
    }
    add_step(j, bytes.data + bytes.size, NO_CONTENT);
    to->original = (struct file_form){bytes.size, recipe_digest(j->manifest, to)};
    return true;
}

bool recipes_join(const struct recipe_file *files, size_t count,
                  const struct manifest *const *descriptions, size_t description_count,
                  struct arena *arena, struct manifest *manifest)
{
    size_t contents = 0;
    uint32_t *first_content = ARENA_ARRAY(arena, uint32_t, description_count);
    for (size_t i = 0; first_content && i < description_count; i++) {
        first_content[i] = (uint32_t)contents;
        contents += descriptions[i]->content_count;
    }
    size_t objects = 0;
    for (size_t i = 0; i < count; i++) {
        objects += files[i].count; /* at most */
    }
    manifest->contents = ARENA_ARRAY(arena, struct manifest_content, contents + objects);
    manifest->libraries = ARENA_ARRAY(arena, struct manifest_library, count);
    bool done = first_content && manifest->contents && manifest->libraries;
    for (size_t i = 0; done && i < description_count; i++) {
        size_t size = descriptions[i]->content_count * sizeof *manifest->contents;
        memcpy(&manifest->contents[manifest->content_count], descriptions[i]->contents, size);
        manifest->content_count += descriptions[i]->content_count;
    }
    manifest->library_count = count;
    for (size_t i = 0; done && i < count; i++) {
        struct joining joining = {.descriptions = descriptions,
                                  .first_content = first_content,
                                  .manifest = manifest,
                                  .to = &manifest->libraries[i]};
        done = join_file(&joining, &files[i], arena);
    }
    return done;
}
