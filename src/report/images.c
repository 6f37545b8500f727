/* SPDX-License-Identifier: MIT */
/** What inspect prints of shared objects and programs. */
#include <stdlib.h>

#include "report/rows.h"

static const struct grid_column columns[] = {{"debug", NULL, 10, 0, false, 0},
                                             {"locals", NULL, 10, 0, false, 0}};

/** Largest savings first, then in the order of the inputs. */
static int by_saving(const void *a, const void *b)
{
    const struct armeld_image *first = *(const struct armeld_image *const *)a;
    const struct armeld_image *second = *(const struct armeld_image *const *)b;
    uint64_t one = first->debug + first->locals;
    uint64_t other = second->debug + second->locals;
    return one != other ? (one < other) - (one > other) : (first > second) - (first < second);
}

static void add_image(struct grid *grid, const struct armeld_image *image)
{
    char tail[512];
    snprintf(tail, sizeof tail, "(%s, %s%s%s)", image->kind, image->machine,
             image->refused ? "; not by armeld: " : "", image->refused ? image->refused : "");
    rows_add_bytes(grid, image->debug);
    rows_add_bytes(grid, image->locals);
    grid_name(grid, image->path, tail);
}

/** List those of which anything can be taken out. */
static const struct armeld_image **list_images(const struct armeld_report *report, size_t *count)
{
    const struct armeld_image **list = calloc(report->image_count + 1, sizeof *list);
    for (size_t i = 0; list && i < report->image_count; i++) {
        const struct armeld_image *image = &report->images[i];
        if (image->debug || image->locals) {
            list[(*count)++] = image;
        }
    }
    if (list && *count) {
        qsort(list, *count, sizeof(const struct armeld_image *), by_saving);
    }
    return list;
}

bool rows_put_images(FILE *stream, const struct armeld_report *report,
                     const struct rows_style *style)
{
    struct grid grid;
    size_t count = 0;
    if (!report->image_count) {
        return true;
    }
    const struct armeld_image **list = list_images(report, &count);
    bool all = !style->most || count <= style->most + 1;
    size_t shown = all ? count : style->most;
    fputs(count ? "\nStripping would save:\n" : "\nStripping would save nothing.\n", stream);
    if (!list || !count) {
        free(list);
        return list != NULL;
    }
    grid_begin(&grid, &style->look, columns, sizeof columns / sizeof *columns, "of");
    for (size_t i = 0; i < shown; i++) {
        add_image(&grid, list[i]);
    }
    if (shown < count) {
        char words[64];
        snprintf(words, sizeof words, "[%zu others; -n 0 lists them]", count - shown);
        rows_add_bytes(&grid, 0);
        rows_add_bytes(&grid, 0);
        grid_words(&grid, words);
    }
    free(list);
    return grid_put(&grid, stream);
}
