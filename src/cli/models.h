/* SPDX-License-Identifier: MIT */
/** The option --models. */
#ifndef ARMELD_CLI_MODELS_H
#define ARMELD_CLI_MODELS_H

#include "cli/verb.h"

extern const char *const models_words[]; /**< for completions */

/** Split the texts of the option at their commas. False when memory is short, which is said. */
bool models_split(struct command *command, struct text_list *models);

#endif
