/* SPDX-License-Identifier: MIT */
/** The account of all bytes, and the bytes that shrinking removes from members. */
#include "api/report_internal.h"
#include "image/image.h"

/**
 * Sum up a library as it came: members that move, members that stay, and all bytes between their
 * contents. False with an error if a member begins before the end of the member before it.
 */
static bool count_library(const struct report_work *r, const struct library *library)
{
    struct armeld_account *account = &r->report->account;
    const uint8_t *cursor = library->bytes.data;
    const uint8_t *end = cursor + library->bytes.size;
    for (uint32_t i = 0; i < library->archive.member_count; i++) {
        uint32_t member = library->first + i;
        struct span content = member_content(r->census->set, member);
        const uint8_t *start = content.size ? content.data : cursor;
        if (start < cursor || content.size > (size_t)(end - start)) {
            return error_internal(r->error, "%s: member %u overlaps the member before it",
                                  library->path, i);
        }
        account->bookkeeping_before += (uint64_t)(start - cursor);
        *(plan_stays(r->plan, r->census, member) ? &account->kept : &account->moved) +=
            content.size;
        cursor = start + content.size;
    }
    account->bookkeeping_before += (uint64_t)(end - cursor);
    return true;
}

/** Bytes of all pieces that are written for an output. */
static uint64_t count_pieces(const struct output *output)
{
    uint64_t size = output->verbatim ? output->from->bytes.size : 0;
    for (size_t i = 0; !output->verbatim && i < output->layout.piece_count; i++) {
        size += output->layout.pieces[i].size;
    }
    return size;
}

bool report_check_account(const struct armeld_report *report, uint64_t written,
                          struct error *error)
{
    const struct armeld_account *account = &report->account;
    uint64_t read = account->moved + account->kept + account->bookkeeping_before;
    size_t members = report->shared_objects + report->copied_objects;
    size_t written_members = report->workspace_count ? 0 : report->workspace_members;
    for (size_t i = 0; i < report->workspace_count; i++) {
        written_members += report->workspaces[i].members;
    }
    if (written != report->bytes) {
        return error_internal(error, "the outputs have %llu bytes, their report says %llu",
                              (unsigned long long)written, (unsigned long long)report->bytes);
    }
    if (read != report->bytes_before) {
        return error_internal(error, "the inputs have %llu bytes, their members and headers %llu",
                              (unsigned long long)report->bytes_before, (unsigned long long)read);
    }
    if (account->shared > account->moved) {
        return error_internal(error, "%llu bytes move, but the workspace receives %llu",
                              (unsigned long long)account->moved,
                              (unsigned long long)account->shared);
    }
    if (!report->shrunk && !report->one_archive && account->removed) {
        return error_internal(error, "%lld bytes of members are in no output",
                              (long long)account->removed);
    }
    return report->single || report->shrunk || written_members == members ||
           error_internal(error, "the workspace has %zu members, the plan says %zu",
                          written_members, members);
}

bool report_fill_account(struct report_work *r)
{
    const struct plan *plan = r->plan;
    struct armeld_account *account = &r->report->account;
    uint64_t written = 0;
    uint64_t items = 0;
    for (size_t i = 0; i < r->outputs->count; i++) {
        written += count_pieces(&r->outputs->list[i]);
        items += r->outputs->list[i].contents;
    }
    for (size_t i = 0; i < r->census->set->library_count; i++) {
        if (!count_library(r, &r->census->set->libraries[i])) {
            return false;
        }
    }
    for (uint32_t p = 0; p < plan->part_count; p++) {
        const struct plan_part *part = &plan->parts[p];
        for (size_t i = 0; i < part->workspace_count; i++) {
            uint64_t size = member_content(r->census->set, part->workspace[i]).size;
            *(i < part->moved_count ? &account->shared : &account->copied) += size;
        }
    }
    account->bookkeeping = written - items;
    account->removed = account->kept + account->shared + account->copied - items;
    return report_check_account(r->report, written, r->error);
}

/* ---- shrinking --------------------------------------------------------------------------- */

static bool add_kinds(struct report_work *r, struct span bytes, size_t times,
                      uint64_t kinds[ARMELD_BYTES_KINDS])
{
    struct byte_range *ranges;
    size_t count;
    bool done = image_byte_map(bytes, &r->scratch, &ranges, &count);
    for (size_t i = 0; done && i < count; i++) {
        kinds[ranges[i].kind] += ranges[i].size * times;
    }
    arena_reset(&r->scratch);
    return done;
}

static bool copy_personalities(struct report_work *r)
{
    size_t count = r->shrunk->personality_count;
    const char **list = ARENA_ARRAY(r->arena, const char *, count);
    for (size_t i = 0; list && i < count; i++) {
        list[i] = report_copy(r, span_of(r->shrunk->personalities[i]));
        if (!list[i]) {
            return false;
        }
    }
    r->report->personalities = list;
    r->report->personality_count = count;
    return list != NULL;
}

/** Sum up the members of the outputs, before and after shrinking. */
bool report_fill_shrunk(struct report_work *r)
{
    const struct shrunk *shrunk = r->shrunk;
    r->report->shrunk = shrunk->asked;
    r->report->single = r->outputs->single;
    if (!copy_personalities(r)) {
        return false;
    }
    for (uint32_t i = 0; shrunk->asked && i < r->census->set->member_count; i++) {
        struct span before = member_content(r->census->set, i);
        size_t times = shrunk->times[i];
        struct span after = shrunk->list[i].changed ? shrunk->list[i].bytes : before;
        if (times && (!add_kinds(r, before, times, r->report->kinds_before) ||
                      (!shrunk->list[i].dropped && !shrunk->prelinked &&
                       !add_kinds(r, after, times, r->report->kinds)))) {
            return false;
        }
    }
    for (size_t i = 0; shrunk->prelinked && i < r->outputs->count; i++) {
        const struct output *output = &r->outputs->list[i];
        for (size_t j = 0; j < output_members(output); j++) {
            if (!add_kinds(r, output->items[j].data, 1, r->report->kinds)) {
                return false;
            }
        }
    }
    return true;
}
