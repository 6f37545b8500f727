/* SPDX-License-Identifier: MIT */
#include "api/part_numbers.h"

/** By part and by its number in an earlier melding: how many libraries it has of that. */
static void count_numbers(const struct armeld *armeld, size_t count[MOST_PARTS][MOST_PARTS])
{
    const struct record *record = &armeld->record;
    const struct manifest *before = &record->manifest;
    for (uint32_t i = 0; i < armeld->set.library_count; i++) {
        const char *target = armeld->set.libraries[i].target;
        for (size_t j = 0; target && j < before->library_count; j++) {
            const struct manifest_library *library = &before->libraries[j];
            const char *other = record->files[j].target;
            bool counts = other && strcmp(other, target) == 0 && !library->left_out &&
                          library->part < MOST_PARTS && !plan_leaves_out(&armeld->plan, i);
            count[plan_part_of(&armeld->plan, i)][counts ? library->part : 0] += counts;
        }
    }
}

void part_numbers_match(size_t count[MOST_PARTS][MOST_PARTS], uint32_t parts,
                        uint32_t number[MOST_PARTS])
{
    uint32_t part_of[MOST_PARTS]; /* by new number: the part, or MOST_PARTS */
    bool done[MOST_PARTS] = {false};
    for (uint32_t n = 0; n < parts; n++) {
        part_of[n] = MOST_PARTS;
        for (uint32_t p = 0; p < parts; p++) {
            bool better = part_of[n] == MOST_PARTS || count[p][n] > count[part_of[n]][n];
            part_of[n] = !done[p] && count[p][n] && better ? p : part_of[n];
        }
        if (part_of[n] != MOST_PARTS) {
            done[part_of[n]] = true;
        }
    }
    for (uint32_t n = 0, next = 0; n < parts; n++) {
        while (next < parts && done[next] && part_of[n] == MOST_PARTS) {
            next++;
        }
        if (part_of[n] == MOST_PARTS) {
            part_of[n] = next;
            done[next] = true;
        }
        number[part_of[n]] = n;
    }
}

void part_numbers_keep(struct armeld *armeld)
{
    size_t count[MOST_PARTS][MOST_PARTS] = {{0}};
    uint32_t number[MOST_PARTS];
    if (armeld->plan.part_count < 2 || !armeld->record.files) {
        return;
    }
    count_numbers(armeld, count);
    part_numbers_match(count, armeld->plan.part_count, number);
    plan_renumber(&armeld->census, number, &armeld->plan);
}
