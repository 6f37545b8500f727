/* SPDX-License-Identifier: MIT */
#include "armeld.h"
#include "cli/verb.h"

#include <stdio.h>

#include "base/os.h"
#include "cli/diag.h"
#include "cli/help.h"
#include "cli/nearest.h"

struct parsing {
    struct command *command;
    void *settings;
    const struct arg *arg; /* the argument that is looked at: an option or its value */
    size_t next;           /* the one behind it */
    bool long_form;        /* the option was written with two dashes */
    bool help;
    bool version;
};

/** Say what is wrong with the argument that is looked at. */
#define WRONG(parsing, ...) \
    (diag_usage(&(parsing)->command->args, (parsing)->arg, __VA_ARGS__), false)

bool options_is_option(const char *text)
{
    return text[0] == '-' && text[1] != '\0';
}

static const struct option *find_letter(const struct verb *verb, char letter)
{
    for (size_t i = 0; i < verb->option_count; i++) {
        if (verb->options[i].letter && verb->options[i].letter == letter) {
            return &verb->options[i];
        }
    }
    return NULL;
}

static const struct option *find_name(const struct verb *verb, const char *name, size_t length)
{
    for (size_t i = 0; i < verb->option_count; i++) {
        const char *candidate = verb->options[i].name;
        if (strlen(candidate) == length && memcmp(candidate, name, length) == 0) {
            return &verb->options[i];
        }
    }
    return NULL;
}

/* ---- values ------------------------------------------------------------------------------ */

/** Where the option's value goes. */
static void *field(const struct parsing *p, const struct option *option)
{
    return (char *)p->settings + option->field;
}

/** How the user wrote the option: "-j" or "--jobs". */
static const char *written(const struct parsing *p, const struct option *option, char text[64])
{
    if (p->long_form) {
        snprintf(text, 64, "--%s", option->name);
    } else {
        snprintf(text, 64, "-%c", option->letter);
    }
    return text;
}

static bool set_number(struct parsing *p, const struct option *option, const char *value)
{
    char name[64];
    unsigned number = 0;
    size_t length = strlen(value);
    bool right = length > 0 && length <= 9 && strspn(value, "0123456789") == length;
    for (size_t i = 0; right && i < length; i++) {
        number = number * 10 + (unsigned)(value[i] - '0');
    }
    if (!right || number < option->least || number > option->most) {
        return WRONG(p, "%s takes a number from %u to %u, not '%s'", written(p, option, name),
                     option->least, option->most, value);
    }
    *(unsigned *)field(p, option) = number;
    return true;
}

static bool set_choice(struct parsing *p, const struct option *option, const char *value)
{
    char name[64];
    char all[128] = "";
    struct nearest near = nearest_to(value, strlen(value));
    for (unsigned i = 0; option->choices[i]; i++) {
        const char *choice = option->choices[i];
        if (strcmp(choice, value) == 0) {
            *(unsigned *)field(p, option) = i;
            if (option->at_once) {
                option->at_once(i);
            }
            return true;
        }
        nearest_try(&near, choice);
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", choice);
    }
    written(p, option, name);
    if (near.guess) {
        return WRONG(p, "%s takes one of %s, not '%s'; did you mean %s?", name, all, value,
                     near.guess);
    }
    return WRONG(p, "%s takes one of %s, not '%s'", name, all, value);
}

static bool add_to_list(struct parsing *p, const struct option *option, const char *value)
{
    struct text_list *list = field(p, option);
    if (!list->list) {
        /* more values than arguments there cannot be */
        list->list = ARENA_ARRAY(&p->command->arena, const char *, p->command->args.count);
    }
    if (!list->list) {
        diag_error("out of memory");
        return false;
    }
    list->list[list->count++] = value;
    return true;
}

/** @value "" for an option that takes none */
static bool set_value(struct parsing *p, const struct option *option, const char *value)
{
    char name[64];
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)field(p, option) = true;
        return true;
    case OPTION_HELP:
        p->help = true;
        return true;
    case OPTION_VERSION:
        p->version = true;
        return true;
    case OPTION_NUMBER:
        return set_number(p, option, value);
    case OPTION_CHOICE:
        return set_choice(p, option, value);
    case OPTION_TEXT:
    case OPTION_LIST:
        break;
    }
    if (!*value) {
        return WRONG(p, "%s: the %s is empty", written(p, option, name), option->argument);
    }
    if (option->kind == OPTION_LIST) {
        return add_to_list(p, option, value);
    }
    *(const char **)field(p, option) = value;
    return true;
}

/** Take the next argument as the option's value: "-o FILE", "--output FILE". */
static bool set_from_next(struct parsing *p, const struct option *option)
{
    char name[64];
    const struct verb *verb = p->command->verb;
    const struct args *args = &p->command->args;
    const char *value = p->next < args->count ? args->list[p->next].text : NULL;
    if (!value) {
        return WRONG(p, "%s needs a %s behind it", written(p, option, name), option->argument);
    }
    /* a forgotten value, not a file named like an option; that one can be written --output=-n */
    bool forgotten = strcmp(value, "--") == 0 ||
                     (value[0] == '-' && value[1] == '-' &&
                      find_name(verb, value + 2, strcspn(value + 2, "="))) ||
                     (value[0] == '-' && value[1] && !value[2] && find_letter(verb, value[1]));
    if (forgotten) {
        return WRONG(p, "%s needs a %s behind it, not the option %s", written(p, option, name),
                     option->argument, value);
    }
    p->arg = &args->list[p->next++];
    return set_value(p, option, value);
}

/* ---- options ----------------------------------------------------------------------------- */

/** Whether @text can mean nothing but a verb, where none is named in the first place. */
static bool is_late_verb(const struct parsing *p, const char *text)
{
    return p->command->first == 0 && verb_find(text) && os_kind(text) == OS_NOTHING;
}

/** Say that a verb comes first, if one stands behind what is wrong. */
static bool tell_late_verb(struct parsing *p)
{
    const struct args *args = &p->command->args;
    for (size_t i = p->next; i < args->count; i++) {
        if (is_late_verb(p, args->list[i].text)) {
            p->arg = &args->list[i];
            diag_usage(args, p->arg, "a verb comes first, before all options: armeld %s ...",
                       p->arg->text);
            return true;
        }
    }
    return false;
}

static bool unknown_long(struct parsing *p, const char *name, size_t length)
{
    const struct verb *verb = p->command->verb;
    if (tell_late_verb(p)) {
        return false;
    }
    struct nearest near = nearest_to(name, length);
    for (size_t i = 0; i < verb->option_count; i++) {
        if (verb->options[i].help) {
            nearest_try(&near, verb->options[i].name);
        }
    }
    if (near.guess) {
        return WRONG(p, "%.*s is no option of %s; did you mean --%s?", (int)length + 2,
                     p->arg->text, verb->name, near.guess);
    }
    return WRONG(p, "%.*s is no option of %s; armeld help %s lists them", (int)length + 2,
                 p->arg->text, verb->name, verb->name);
}

/** "--name", "--name value", "--name=value". */
static bool take_long(struct parsing *p)
{
    const char *name = p->arg->text + 2;
    size_t length = strcspn(name, "=");
    const struct option *option = find_name(p->command->verb, name, length);
    if (!option) {
        return unknown_long(p, name, length);
    }
    if (name[length] != '=') {
        return option->argument ? set_from_next(p, option) : set_value(p, option, "");
    }
    if (!option->argument) {
        return WRONG(p, "--%s takes no value", option->name);
    }
    return set_value(p, option, name + length + 1);
}

/** "-n", "-nq", "-o value", "-ovalue". */
static bool take_short(struct parsing *p)
{
    const struct verb *verb = p->command->verb;
    const char *text = p->arg->text;
    const struct option *meant = find_name(verb, text + 1, strcspn(text + 1, "="));
    if (meant) {
        /* taken letter by letter, -dry-run would write to a directory named ry-run */
        return WRONG(p, "%s has one dash only; did you mean --%s?", text, meant->name);
    }
    for (const char *letter = text + 1; *letter; letter++) {
        const struct option *option = find_letter(verb, *letter);
        if (!option && tell_late_verb(p)) {
            return false;
        }
        if (!option) {
            return WRONG(p, "-%.*s is no option of %s; armeld help %s lists them",
                         (*letter & 0x80) ? (int)strlen(letter) : 1, letter, verb->name,
                         verb->name);
        }
        if (option->argument) {
            return letter[1] ? set_value(p, option, letter + 1) : set_from_next(p, option);
        }
        if (!set_value(p, option, "")) {
            return false;
        }
    }
    return true;
}

static bool take_operand(struct parsing *p, struct text_list *operands)
{
    if (!p->arg->text[0]) {
        return WRONG(p, "an empty argument: a variable without a value?");
    }
    if (!p->command->dashes && is_late_verb(p, p->arg->text)) {
        return WRONG(p, "a verb comes first, before all options: armeld %s ...", p->arg->text);
    }
    operands->list[operands->count++] = p->arg->text;
    return true;
}

bool options_parse(struct command *command, void *settings, struct text_list *operands,
                   int *status)
{
    const struct args *args = &command->args;
    struct parsing p = {.command = command, .settings = settings, .next = command->first};
    bool only_operands = false;
    *status = ARMELD_USAGE;
    *operands = (struct text_list){ARENA_ARRAY(&command->arena, const char *, args->count), 0};
    if (!operands->list) {
        diag_error("out of memory");
        return false;
    }
    while (p.next < args->count && !p.help && !p.version) {
        p.arg = &args->list[p.next++];
        const char *text = p.arg->text;
        bool right = true;
        if (only_operands || !options_is_option(text)) {
            right = take_operand(&p, operands);
        } else if (strcmp(text, "--") == 0) {
            only_operands = true;
            command->dashes = true;
            command->before_dashes = operands->count;
        } else {
            p.long_form = text[1] == '-';
            right = p.long_form ? take_long(&p) : take_short(&p);
        }
        if (!right) {
            return false;
        }
    }
    if (p.help) {
        help_print(stdout, command->verb);
    } else if (p.version) {
        help_version(stdout);
    }
    *status = ARMELD_OK;
    return !p.help && !p.version;
}

bool options_one(const struct verb *verb, const struct text_list *operands, const char *what)
{
    if (operands->count == 0) {
        diag_error("no %s: armeld %s %s, armeld help %s tells more", what, verb->name,
                   verb->synopsis, verb->name);
    } else if (operands->count > 1) {
        diag_error("%s takes one %s, not %zu", verb->name, what, operands->count);
    }
    return operands->count == 1;
}
