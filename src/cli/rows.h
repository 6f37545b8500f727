/* SPDX-License-Identifier: MIT */
/** Short forms for the rows of a verb's table; struct settings is the verb's own. */
#ifndef ARMELD_CLI_ROWS_H
#define ARMELD_CLI_ROWS_H

#include "cli/verb.h"

#define AT(field) offsetof(struct settings, field)
#define FLAG(letter, name, field, help) \
    {letter, name, NULL, help, OPTION_FLAG, AT(field), NULL, 0, 0, NULL}
#define TEXT(letter, name, argument, field, help) \
    {letter, name, argument, help, OPTION_TEXT, AT(field), NULL, 0, 0, NULL}
#define LIST(letter, name, argument, field, help) \
    {letter, name, argument, help, OPTION_LIST, AT(field), NULL, 0, 0, NULL}
#define NUMBER(letter, name, field, least, most, help) \
    {letter, name, "N", help, OPTION_NUMBER, AT(field), NULL, least, most, NULL}
#define CHOICE(letter, name, argument, field, words, at_once, help) \
    {letter, name, argument, help, OPTION_CHOICE, AT(field), words, 0, 0, at_once}

/** What every verb that locks the directory of a workspace has. */
#define NO_WAIT_ROW \
    {0, "no-wait", NULL, "fail if another armeld is at work there", OPTION_FLAG, AT(no_wait), \
     NULL, 0, 0, NULL}

/** Linkers to prove for; models_split() takes the field. */
#define MODELS_ROW \
    {0, "models", "LINKERS", "prove for these linkers only, such as lld,mold", OPTION_LIST, \
     AT(models), models_words, 0, 0, NULL}

/** Of universal files. */
#define MACHINE_ROW \
    {0, "machine", "ARCH", "of universal files, take the slice for ARCH, such as arm64", \
     OPTION_TEXT, AT(machine), NULL, 0, 0, NULL}

/** What every verb has that prints a report: the field is an enum diag_when. */
#define COLOR_ROW \
    CHOICE(0, "color", "WHEN", color, diag_whens, diag_set_color, "colour messages and reports")

/** What every verb has that may take long. */
#define PROGRESS_ROW CHOICE(0, "progress", "WHEN", progress, diag_whens, NULL, "show progress")

/** What every verb has. */
#define HELP_ROW {'h', "help", NULL, "print this help", OPTION_HELP, 0, NULL, 0, 0, NULL}
#define VERSION_ROW \
    {'V', "version", NULL, "print the version, the compiler and the libraries", OPTION_VERSION, 0, \
     NULL, 0, 0, NULL}

#endif
