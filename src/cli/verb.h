/* SPDX-License-Identifier: MIT */
/**
 * Verbs and their options, as tables: they drive the parser, --help and the check of the manual.
 *
 * A new option is a row in its verb's table and a field in its settings; a new verb is a file
 * with a struct verb and a row in verbs.c.
 */
#ifndef ARMELD_CLI_VERB_H
#define ARMELD_CLI_VERB_H

#include "base/arena.h"
#include "cli/args.h"

/** What an option takes, and the type of its field in the verb's settings. */
enum option_kind {
    OPTION_FLAG,    /**< nothing; bool */
    OPTION_TEXT,    /**< text that is not empty; const char * */
    OPTION_LIST,    /**< the same, any number of times; struct text_list */
    OPTION_NUMBER,  /**< a decimal number; unsigned */
    OPTION_CHOICE,  /**< one of some words; unsigned, the number of the word */
    OPTION_HELP,    /**< nothing: prints the verb's help, and that is all; no field */
    OPTION_VERSION, /**< nothing: prints the version, and that is all; no field */
};

struct text_list {
    const char **list;
    size_t count;
};

struct option {
    char letter;          /**< 0: none */
    const char *name;     /**< without its dashes */
    const char *argument; /**< what to call it; NULL if it takes none */
    const char *help;     /**< one line; NULL: not shown */
    enum option_kind kind;
    size_t field;               /**< offset in the settings */
    const char *const *choices; /**< OPTION_CHOICE: the words, then NULL; OPTION_LIST: words that
                                     completions offer, or NULL */
    unsigned least, most;       /**< OPTION_NUMBER: the range allowed */
    void (*at_once)(unsigned);  /**< OPTION_CHOICE: called with the choice while parsing; or NULL */
};

/** A call on its way from main() to the verb. */
struct command {
    struct arena arena; /**< owns what the arguments turn into */
    struct args args;
    size_t first;       /**< the first argument that belongs to the verb */
    const struct verb *verb;
    bool by_cargo;      /**< the program is called cargo-meld: cargo runs it */
    bool dashes;          /**< options_parse() met "--" */
    size_t before_dashes; /**< so many operands stand before it */
};

struct verb {
    const char *name;
    const char *synopsis; /**< what follows the verb */
    const char *summary;  /**< half a line */
    const char *about;    /**< paragraphs for --help */
    const struct option *options;
    size_t option_count;
    /** Parse the arguments and do it; returns the exit status. */
    int (*run)(struct command *command);
};

extern const struct verb verb_meld;
extern const struct verb verb_explain;
extern const struct verb verb_inspect;
extern const struct verb verb_pkgconfig;
extern const struct verb verb_restore;
extern const struct verb verb_strip;
extern const struct verb verb_hide;
extern const struct verb verb_prune;
extern const struct verb verb_prelink;
extern const struct verb verb_share;
extern const struct verb verb_verify;
extern const struct verb verb_help;

/** All verbs; the first one is meant when none is named. */
extern const struct verb *const verbs[];
extern const size_t verb_count;

/** The verb called @name, or NULL. */
const struct verb *verb_find(const char *name);

/**
 * The verb that @arg names. If there is none, it is said why (pointing at @arg) and NULL returned.
 */
const struct verb *verb_named(const struct command *command, const struct arg *arg);

/**
 * Parse a command's arguments by its verb's table. False if there is nothing more to do: help or
 * the version was asked for and printed, or it was said what is wrong.
 * @settings  the struct that the table's offsets speak of, set to the defaults
 * @operands[out] the arguments that are no options
 * @status[out] the exit status if false
 */
bool options_parse(struct command *command, void *settings, struct text_list *operands,
                   int *status);

/** Whether there is one operand; else it is said what is wrong. @what the operand's name. */
bool options_one(const struct verb *verb, const struct text_list *operands, const char *what);

/** Whether options_parse() takes @text for an option, "--" included. */
bool options_is_option(const char *text);

#endif
