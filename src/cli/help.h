/* SPDX-License-Identifier: MIT */
/** Help, made of the tables. */
#ifndef ARMELD_CLI_HELP_H
#define ARMELD_CLI_HELP_H

#include <stdio.h>

struct verb;

/** A verb's help: what --help prints. */
void help_print(FILE *stream, const struct verb *verb);

/** The version, the compiler and the libraries: what a report of a bug should contain. */
void help_version(FILE *stream);

#endif
