/* SPDX-License-Identifier: MIT */
/** The treemap: a box for each crate, and in it one for each kind of bytes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/page.h"
#include "report/treemap.h"

enum { MOST_CRATES = 250, LONGEST_LABEL = 60 };

/* In units of the picture. */
static const double WIDTH = 600;
static const double HEIGHT = 420;
static const double LABEL_HEIGHT = 15; /* smaller boxes have no label */
static const double LABEL_WIDTH = 30;
static const double LETTER_WIDTH = 7;

/** What the map shows of a crate. */
struct patch {
    const char *name;
    uint64_t bytes;
    uint64_t kinds[ARMELD_BYTES_KINDS];
};

static int by_bytes(const void *a, const void *b)
{
    const struct patch *first = a;
    const struct patch *second = b;
    if (first->bytes != second->bytes) {
        return first->bytes > second->bytes ? -1 : 1;
    }
    return strcmp(first->name, second->name);
}

/** All crates, largest first; what is behind the first ones becomes one. */
static size_t make_patches(const struct armeld_report *report, bool after, struct patch *patches,
                           char others[64])
{
    size_t count = report->crate_count;
    for (size_t i = 0; i < count; i++) {
        const struct armeld_crate *crate = &report->crates[i];
        patches[i].name = crate->name;
        patches[i].bytes = after ? crate->bytes : crate->bytes_before;
        memcpy(patches[i].kinds, after ? crate->kinds : crate->kinds_before,
               sizeof patches[i].kinds);
    }
    if (count) {
        qsort(patches, count, sizeof *patches, by_bytes);
    }
    if (count <= MOST_CRATES) {
        return count;
    }
    struct patch *rest = &patches[MOST_CRATES - 1];
    for (size_t i = MOST_CRATES; i < count; i++) {
        rest->bytes += patches[i].bytes;
        for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
            rest->kinds[kind] += patches[i].kinds[kind];
        }
    }
    snprintf(others, 64, "[%zu other crates]", count - MOST_CRATES + 1);
    rest->name = others;
    qsort(patches, MOST_CRATES, sizeof *patches, by_bytes);
    return MOST_CRATES;
}

static void put_rect(struct page *page, const struct box *box, const char *rest)
{
    page_put(page, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" %s/>", box->x,
             box->y, box->width, box->height, rest);
}

/** The kinds of a crate's bytes, inside its box. */
static void put_kinds(struct page *page, const struct patch *patch, const struct box *box)
{
    double sizes[ARMELD_BYTES_KINDS] = {0};
    enum armeld_bytes kinds[ARMELD_BYTES_KINDS];
    struct box boxes[ARMELD_BYTES_KINDS];
    size_t count = 0;
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        size_t at = count;
        double size = (double)patch->kinds[kind];
        if (patch->kinds[kind] == 0) {
            continue;
        }
        for (; at > 0 && sizes[at - 1] < size; at--) {
            sizes[at] = sizes[at - 1];
            kinds[at] = kinds[at - 1];
        }
        sizes[at] = size;
        kinds[at] = (enum armeld_bytes)kind;
        count++;
    }
    treemap_divide(*box, sizes, count, boxes);
    for (size_t i = 0; i < count; i++) {
        char fill[64];
        snprintf(fill, sizeof fill, "fill=\"%s\"", page_color(kinds[i]));
        put_rect(page, &boxes[i], fill);
    }
}

/** As many letters of a name as fit. */
static void put_label(struct page *page, const char *name, const struct box *box)
{
    char escaped[4 * LONGEST_LABEL];
    size_t room = (size_t)(box->width / LETTER_WIDTH);
    room = room > LONGEST_LABEL ? LONGEST_LABEL : room;
    if (box->width < LABEL_WIDTH || box->height < LABEL_HEIGHT || room < 2) {
        return;
    }
    text_escape(name, escaped, sizeof escaped);
    size_t at = 0;
    for (size_t letters = 0; escaped[at] && letters < room; letters++) {
        do {
            at++;
        } while (((unsigned char)escaped[at] & 0xc0) == 0x80);
    }
    escaped[at] = '\0';
    page_put(page, "<text x=\"%.1f\" y=\"%.1f\">", box->x + 3, box->y + 12);
    page_name(page, escaped);
    page_put(page, "</text>");
}

static void put_crate(struct page *page, const struct patch *patch, const struct box *box,
                      uint64_t total)
{
    double share = total ? 100.0 * (double)patch->bytes / (double)total : 0;
    page_put(page, "<a href=\"#crates\" data-name=\"");
    page_name(page, patch->name);
    page_put(page, "\"><title>");
    page_name(page, patch->name);
    page_put(page, ": ");
    page_bytes(page, patch->bytes);
    page_put(page, " (%.1f %%)", share);
    for (int kind = 0; kind < ARMELD_BYTES_KINDS; kind++) {
        if (patch->kinds[kind]) {
            page_put(page, "\n%s ", armeld_bytes_name((enum armeld_bytes)kind));
            page_bytes(page, patch->kinds[kind]);
        }
    }
    page_put(page, "</title>");
    put_kinds(page, patch, box);
    put_rect(page, box, "class=\"edge\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1\"");
    put_label(page, patch->name, box);
    page_put(page, "</a>\n");
}

bool page_map(struct page *page, const struct armeld_report *report, bool after)
{
    size_t count = report->crate_count ? report->crate_count : 1;
    struct patch *patches = calloc(count, sizeof *patches);
    double *sizes = calloc(count, sizeof *sizes);
    struct box *boxes = calloc(count, sizeof *boxes);
    char others[64];
    bool done = patches && sizes && boxes;
    if (done) {
        uint64_t total = after ? report->bytes : report->bytes_before;
        uint64_t most = report->bytes > report->bytes_before ? report->bytes : report->bytes_before;
        double scale = most ? sqrt((double)total / (double)most) : 0;
        struct box box = {0, HEIGHT * (1 - scale), WIDTH * scale, HEIGHT * scale};
        count = make_patches(report, after, patches, others);
        for (size_t i = 0; i < count; i++) {
            sizes[i] = (double)patches[i].bytes;
        }
        treemap_divide(box, sizes, count, boxes);
        page_put(page, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"group\" aria-label=\"%s\" "
                       "font-family=\"sans-serif\" font-size=\"11\">\n",
                 WIDTH, HEIGHT, after ? "Bytes after melding" : "Bytes before melding");
        put_rect(page, &(struct box){0.5, 0.5, WIDTH - 1, HEIGHT - 1},
                 "fill=\"none\" stroke=\"#8b949e\" stroke-dasharray=\"4 4\"");
        for (size_t i = 0; i < count; i++) {
            if (patches[i].bytes) {
                put_crate(page, &patches[i], &boxes[i], total);
            }
        }
        page_put(page, "</svg>\n");
    }
    free(patches);
    free(sizes);
    free(boxes);
    return done;
}
