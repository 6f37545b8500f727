/* SPDX-License-Identifier: MIT */
/** The link models by name, and which ones a set must be proven for. */
#ifndef ARMELD_PROOF_MODELS_H
#define ARMELD_PROOF_MODELS_H

#include "proof/plan.h"

/** The link models of all linkers that read this object format. */
unsigned models_of(enum obj_format format);

/**
 * The link models of all linkers that link such a set: objects of Microsoft's ABI are for lld-link
 * and link.exe only. A set whose objects do not say, or say both, is for all linkers of its format.
 * @format the format of its objects
 * @abis   COFF: bits of enum obj_coff_abi that any object has
 */
unsigned models_to_prove(enum obj_format format, unsigned abis);

/** Who chooses the models. Names are as models_list() has them; "auto" means models_to_prove(). */
struct model_choice {
    enum obj_format format;
    unsigned abis;             /**< as of models_to_prove() */
    const char *const *named;  /**< by the user; there may be none */
    size_t named_count;
    const char *const *recorded; /**< by an earlier melding; count only if the user named none */
    size_t recorded_count;
    unsigned models;           /**< [out] bits */
    bool chosen;               /**< [out] by somebody: they are not just models_to_prove() */
};

/**
 * Choose the models. False, with an error of kind ERROR_USAGE that lists the choices, if the user
 * named a linker of another format or none that is known.
 */
bool models_choose(struct model_choice *choice, struct error *error);

/** Whether all are names of linkers of some format; if not, the error is as of models_choose(). */
bool models_check_names(const char *const *list, size_t count, struct error *error);

/**
 * Whether a choice leaves out a linker of its format that searches each archive only once.
 * @list what models_list() gave
 */
bool models_lack_one_pass(const char *const *list, size_t count);

/** The names of models, in @arena. False when memory is short. */
bool models_list(unsigned models, struct arena *arena, const char *const **list, size_t *count);

#endif
