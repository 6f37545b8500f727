/* SPDX-License-Identifier: MIT */
/**
 * What the map's script draws, as JSON in the page:
 *
 *     kinds, colors  by purpose
 *     crates         names
 *     members        [crate, name, bytes before, bytes after], the latter left out if equal
 *     archives       [name, workspace, before, after, rest, overhead before, overhead after]
 *
 * Bytes are lists [purpose, bytes, ...] without those that are 0. Members of archives are lists
 * [first, how many, ...] of runs, each counted from the end of the one before. A rest is
 * [crate, members, bytes before, bytes after] of members that are not listed; crate -1: several.
 */
#include <stdlib.h>

#include "base/text.h"
#include "report/page.h"

/** A name as a JSON string that cannot end the script, escaped as for a terminal first. */
static void put_string(struct page *page, const char *name)
{
    char *escaped = text_escaped(name);
    page->failed |= !escaped;
    page_put(page, "\"");
    for (const char *at = escaped; at && *at; at++) {
        unsigned char letter = (unsigned char)*at;
        if (letter < 0x20 || letter == '"' || letter == '\\' || letter == '<' || letter == '>' ||
            letter == '&' || letter == 0x7f) {
            page_put(page, "\\u%04x", letter);
        } else {
            page_text(page, at, 1);
        }
    }
    page_put(page, "\"");
    free(escaped);
}

static void put_bytes(struct page *page, const uint64_t *bytes, size_t kinds)
{
    const char *comma = "";
    page_put(page, "[");
    for (size_t i = 0; i < kinds; i++) {
        if (bytes[i]) {
            page_put(page, "%s%zu,%llu", comma, i, (unsigned long long)bytes[i]);
            comma = ",";
        }
    }
    page_put(page, "]");
}

static bool same_bytes(const struct chart_kinds *a, const struct chart_kinds *b)
{
    bool same = true;
    for (size_t i = 0; i < ARMELD_BYTES_ARCHIVE; i++) {
        same &= a->bytes[i] == b->bytes[i];
    }
    return same;
}

static void put_members(struct page *page, const struct chart_map *map)
{
    for (size_t i = 0; i < map->member_count; i++) {
        const struct chart_member *member = &map->members[i];
        page_put(page, "%s\n[%zu,", i ? "," : "", member->crate);
        put_string(page, member->name);
        page_put(page, ",");
        put_bytes(page, member->before.bytes, ARMELD_BYTES_ARCHIVE);
        if (!same_bytes(&member->before, &member->after)) {
            page_put(page, ",");
            put_bytes(page, member->after.bytes, ARMELD_BYTES_ARCHIVE);
        }
        page_put(page, "]");
    }
}

/** Indices as runs of consecutive ones. */
static void put_runs(struct page *page, const uint32_t *list, size_t count)
{
    long long end = 0;
    page_put(page, "[");
    for (size_t i = 0; i < count;) {
        size_t length = 1;
        while (i + length < count && list[i + length] == list[i] + length) {
            length++;
        }
        page_put(page, "%s%lld,%zu", i ? "," : "", (long long)list[i] - end, length);
        end = (long long)list[i] + (long long)length;
        i += length;
    }
    page_put(page, "]");
}

static void put_rests(struct page *page, const struct chart_archive *archive)
{
    page_put(page, "[");
    for (size_t i = 0; i < archive->rest_count; i++) {
        const struct chart_rest *rest = &archive->rest[i];
        long long crate = rest->crate == CHART_NO_CRATE ? -1 : (long long)rest->crate;
        page_put(page, "%s[%lld,%zu,", i ? "," : "", crate, rest->members);
        put_bytes(page, rest->before.bytes, ARMELD_BYTES_ARCHIVE);
        page_put(page, ",");
        put_bytes(page, rest->after.bytes, ARMELD_BYTES_ARCHIVE);
        page_put(page, "]");
    }
    page_put(page, "]");
}

static void put_archives(struct page *page, const struct chart_map *map, size_t skip)
{
    for (size_t i = 0; i < map->archive_count; i++) {
        const struct chart_archive *archive = &map->archives[i];
        page_put(page, "%s\n[", i ? "," : "");
        put_string(page, archive->path ? archive->path + (archive->workspace ? 0 : skip) : "");
        page_put(page, ",%d,", archive->workspace);
        put_runs(page, archive->before, archive->before_count);
        page_put(page, ",");
        put_runs(page, archive->after, archive->after_count);
        page_put(page, ",");
        put_rests(page, archive);
        page_put(page, ",%llu,%llu]", (unsigned long long)archive->overhead_before,
                 (unsigned long long)archive->overhead);
    }
}

/** Crates alone, as of universal libraries: a single archive without a name. */
static void put_crates_only(struct page *page, const struct armeld_report *report)
{
    page_put(page, "\n[\"\",0,[],[],[");
    for (size_t i = 0; i < report->crate_count; i++) {
        page_put(page, "%s\n[%zu,0,", i ? "," : "", i);
        put_bytes(page, report->crates[i].kinds_before, ARMELD_BYTES_KINDS);
        page_put(page, ",");
        put_bytes(page, report->crates[i].kinds, ARMELD_BYTES_KINDS);
        page_put(page, "]");
    }
    page_put(page, "],0,0]");
}

void page_data(struct page *page, const struct armeld_report *report, const struct chart_map *map,
               const struct page_sides *sides, size_t skip)
{
    page_put(page, "<script type=\"application/json\" id=\"data\">{\"kinds\":[");
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        page_put(page, "%s[\"%s\",\"%s\"]", kind ? "," : "",
                 armeld_bytes_name((enum armeld_bytes)kind), page_color((enum armeld_bytes)kind));
    }
    page_put(page,
             "],\n\"titles\":{\"before\":\"%s\",\"after\":\"%s\","
             "\"all\":\"All %s\",\"row\":\"%s\",\"compares\":%s},\n\"known\":%s,\"crates\":[",
             sides->before, sides->after ? sides->after : "", page->files ? "files" : "libraries",
             page->files ? "file" : "library", sides->compares ? "true" : "false",
             sides->after ? "true" : "false");
    for (size_t i = 0; i < report->crate_count; i++) {
        page_put(page, "%s", i ? "," : "");
        put_string(page, report->crates[i].name);
    }
    page_put(page, "],\n\"members\":[");
    put_members(page, map);
    page_put(page, "],\n\"archives\":[");
    if (map->archive_count) {
        put_archives(page, map, skip);
    } else {
        put_crates_only(page, report);
    }
    page_put(page, "]}</script>\n");
}
