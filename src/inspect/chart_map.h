/* SPDX-License-Identifier: MIT */
/** The bytes of a set down to its members: what a map of it zooms into. */
#ifndef ARMELD_INSPECT_CHART_MAP_H
#define ARMELD_INSPECT_CHART_MAP_H

#include "armeld.h"
#include "write/outputs.h"

/** Bytes by purpose; what the archive adds to its members is none of a member's. */
struct chart_kinds {
    uint64_t bytes[ARMELD_BYTES_ARCHIVE];
    bool known;
};

/** A member as several archives may hold it. */
struct chart_member {
    const char *name; /**< as it would be named in a workspace */
    size_t crate;     /**< index into armeld_report.crates */
    struct chart_kinds before;
    struct chart_kinds after; /**< what is written of it, where it is written */
};

#define CHART_NO_CRATE SIZE_MAX

/** Members that are too small to be listed, as one. */
struct chart_rest {
    size_t crate; /**< index into armeld_report.crates; CHART_NO_CRATE: several small ones */
    size_t members;
    struct chart_kinds before;
    struct chart_kinds after;
};

/** A library or a workspace. */
struct chart_archive {
    const char *path;
    bool workspace;
    uint32_t *before; /**< indices into the members */
    size_t before_count;
    uint32_t *after;
    size_t after_count;
    struct chart_rest *rest;
    size_t rest_count;
    uint64_t overhead_before; /**< bytes of the archive itself */
    uint64_t overhead;
};

/** All of it. Start with {0}: no archive is known. */
struct chart_map {
    struct chart_member *members;
    size_t member_count;
    struct chart_archive *archives; /**< libraries in their order, then the workspaces */
    size_t archive_count;
    struct chart_kinds images; /**< what the libraries have that are shared objects or programs */
};

struct chart_parts;

/** What the map is made of. */
struct chart_sources {
    const struct census *census;
    const struct plan *plan; /**< NULL: nothing moves */
    const struct outputs *outputs;
    const struct chart_kinds *before; /**< by leader */
    const struct chart_kinds *after;
    const struct chart_parts *parts;  /**< of images, by leader: instead of these */
    const uint32_t *crates;           /**< by member: the number of its crate, */
    const size_t *ranks;              /**< by that number: the index into the report's crates */
    size_t crate_count;
    size_t prelinked; /**< index of the crate of prelinked objects; or CHART_NO_CRATE */
};

/** Fill in the map, in @arena. At most some thousand members are listed, the largest. */
bool chart_map_fill(const struct chart_sources *sources, struct arena *arena,
                    const struct armeld_report *report, struct chart_map *map);

#endif
