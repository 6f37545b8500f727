/* SPDX-License-Identifier: MIT */
/** COMDATs of COFF: which selections go together, and which linker takes which definition. */
#include "proof/link_internal.h"

enum { SELECT_NODUPLICATES = 1, SELECT_ANY = 2, SELECT_SAME_SIZE = 3, SELECT_LARGEST = 6 };

bool link_takes_any(const struct global *global)
{
    return global->any && global->selection != SELECT_LARGEST;
}

bool link_takes_largest(const struct global *global)
{
    return global->any && global->selection == SELECT_LARGEST;
}

bool link_allows_none(uint32_t selection)
{
    return selection == SELECT_NODUPLICATES;
}

/** Whether one COMDAT may be any, and the other must be of the same size. */
static bool coff_mixes(const struct global *first, const struct global *second)
{
    uint8_t one = first->selection;
    uint8_t other = second->selection;
    return (one == SELECT_ANY && other == SELECT_SAME_SIZE) ||
           (one == SELECT_SAME_SIZE && other == SELECT_ANY);
}

bool link_coff_clashes(const struct global *first, const struct global *second)
{
    uint8_t one = first->selection;
    uint8_t other = second->selection;
    bool largest = (one == SELECT_ANY || one == SELECT_LARGEST) &&
                   (other == SELECT_ANY || other == SELECT_LARGEST);
    bool gcc = coff_mixes(first, second);
    return !one || !other || (one != other && !largest && !gcc) || one == SELECT_NODUPLICATES ||
           ((one == SELECT_SAME_SIZE || gcc) && first->size != second->size);
}

void link_note_mixture(struct link *link, uint32_t class, const struct global *first,
                       const struct global *second)
{
    if (link->model == MODEL_LLD_LINK && !link->mingw && coff_mixes(first, second)) {
        link->contradicted = second->symbol;
        link_add_clashing(link, class);
    }
}
