/* SPDX-License-Identifier: MIT */
/** The options that shrink objects: of meld, and of the verbs that do nothing else. */
#ifndef ARMELD_CLI_SHRINKING_H
#define ARMELD_CLI_SHRINKING_H

#include "armeld.h"
#include "cli/rows.h"

/** A field "shrinking" of a verb's settings. */
struct shrinking_settings {
    struct text_list strip; /**< words, with commas between them */
    unsigned compress;      /**< enum armeld_compression */
    struct text_list exports;
    const char *export_file;
    bool bitcode, debug, locals, comments, drop_signature; /**< of strip only */
    const char *rename;
    unsigned flavour; /**< enum armeld_flavour */
    const char *split_debug;
    bool hide;
    bool prune;
    bool prelink;
    bool merge;
};

extern const char *const shrinking_compressions[];
extern const char *const shrinking_flavours[];
extern const char *const shrinking_strips[]; /**< for completions: a list may have several */

#define FLAVOUR_ROW \
    CHOICE('f', "flavour", "FLAVOUR", shrinking.flavour, shrinking_flavours, NULL, \
           "archive flavour to write")

#define STRIP_ROW \
    {0, "strip", "WHAT", "remove: bitcode, debug, locals, comments, all", OPTION_LIST, \
     AT(shrinking.strip), shrinking_strips, 0, 0, NULL}
#define COMPRESS_ROW \
    CHOICE(0, "compress-debug", "HOW", shrinking.compress, shrinking_compressions, NULL, \
           "compress the debug info that is kept (ELF only)")
#define SPLIT_ROW \
    TEXT(0, "split-debug", "DIR", shrinking.split_debug, \
         "also write a copy with debug info to DIR")
#define EXPORT_ROWS \
    LIST(0, "export", "GLOB", shrinking.exports, \
         "exports: symbols that users call (default: C names)"), \
    TEXT(0, "export-file", "FILE", shrinking.export_file, "read exports from FILE, one GLOB a line")

/**
 * Turn the settings into options of the API. False when it was said what is wrong with them; then
 * @status[out] is the exit status.
 */
bool shrinking_options(struct command *command, const struct shrinking_settings *settings,
                       struct armeld_options *options, int *status);

#endif
