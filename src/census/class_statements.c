/* SPDX-License-Identifier: MIT */
/** What an object says of the whole program that it is linked into, beside its symbols. */
#include <stdlib.h>

#include "base/digest.h"
#include "census/census.h"
#include "obj/directives.h"

enum { DEPENDENT_LIBRARIES = 0x6fff4c04 }; /* SHT_LLVM_DEPENDENT_LIBRARIES [LLVM, Extensions] */

#define SHF_EXECINSTR 0x4u /* [gABI, "Section Attribute Flags"] */

/** The statements of a class on their way. */
struct taking {
    struct class *class;
    struct statements *to; /* with room for all; NULL: they are counted */
};

static void add(struct taking *t, struct statement statement)
{
    t->to->list[t->to->count++] = statement;
}

/** Add a section by its name and the digest of its contents. False when memory is short. */
static bool add_section(struct taking *t, const struct obj_section *section,
                        struct arena *facts)
{
    char digest[DIGEST_TEXT];
    digest_text(digest_of(section->data), digest);
    const char *text = arena_printf(facts, "%.*s %s", SPAN_ARGS(section->name), digest);
    if (text) {
        add(t, (struct statement){.text = span_of(text),
                                  .library = section->type == DEPENDENT_LIBRARIES});
    }
    return text != NULL;
}

/** COFF's directives that name no symbols. @return how many */
static size_t take_directives(const struct object *object, struct taking *t)
{
    struct obj_directive directive;
    size_t count = 0;
    for (struct span rest = object->directives; obj_next_directive(&rest, &directive);) {
        bool keyed = directive.kind == DIRECTIVE_MISMATCH;
        bool states = directive.kind == DIRECTIVE_OTHER || directive.kind == DIRECTIVE_DEFAULTLIB;
        const uint8_t *equals =
            keyed && directive.value.size ? memchr(directive.value.data, '=', directive.value.size)
                                          : NULL;
        count += keyed || states;
        if (t->to && keyed) {
            size_t size = equals ? (size_t)(equals - directive.value.data) : 0;
            add(t, (struct statement){.text = directive.value,
                                      .key = span_make(directive.value.data, size)});
        } else if (t->to && states) {
            add(t, (struct statement){.text = directive.word,
                                      .library = directive.kind == DIRECTIVE_DEFAULTLIB});
        }
    }
    return count;
}

/** ELF: what linkers join to one statement of the program. False when memory is short. */
static bool take_sections(const struct object *object, struct taking *t, struct arena *facts)
{
    bool x86 = object->machine == MACHINE_X86_64 || object->machine == MACHINE_X86;
    bool stack = x86 || object->machine == MACHINE_ARM; /* GNU ld: executable if nothing is said */
    bool done = true;
    for (size_t i = 0; done && i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        if (span_is(section->name, ".note.GNU-stack")) {
            stack = section->flags & SHF_EXECINSTR;
            t->class->asks_stack = stack;
        } else if (section->type == DEPENDENT_LIBRARIES ||
                   span_is(section->name, ".note.gnu.property") ||
                   span_ends(section->name, ".attributes") ||
                   span_is(section->name, ".MIPS.abiflags")) {
            done = add_section(t, section, facts);
        }
    }
    t->class->says |= stack ? 1 << SAYS_STACK : 0;
    return done;
}

/**
 * COFF for x86: whether its exception handlers are known, bit 0 of @feat.00 [PE/COFF, "The .sxdata
 * Section"]. /safeseh refuses objects of which they are not.
 */
static void take_features(const struct object *object, struct class *class)
{
    bool known = false;
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        known |= symbol->place == PLACE_ABSOLUTE && span_is(symbol->name, "@feat.00") &&
                 symbol->value & 1;
    }
    class->says |= known ? 0 : 1 << SAYS_HANDLERS;
}

/** Keep what there is, and no room for more: there may be very many classes. */
static bool keep(struct taking *t, struct arena *facts)
{
    size_t size = sizeof *t->to + t->to->count * sizeof *t->to->list;
    if (t->to->count) {
        t->class->statements = arena_alloc(facts, size);
        if (t->class->statements) {
            memcpy(t->class->statements, t->to, size);
        }
    }
    return !t->to->count || t->class->statements;
}

bool class_take_statements(const struct object *object, struct class *class, struct arena *facts)
{
    struct taking taking = {.class = class};
    size_t most = take_directives(object, &taking) + object->linker_option_count +
                  (object->format == OBJ_ELF ? object->section_count : 0);
    taking.to = calloc(1, sizeof *taking.to + most * sizeof *taking.to->list);
    if (!taking.to) {
        return false;
    }
    take_directives(object, &taking);
    if (object->format == OBJ_COFF && object->machine == MACHINE_X86) {
        take_features(object, class);
    }
    for (size_t i = 0; i < object->linker_option_count; i++) {
        add(&taking, (struct statement){.text = object->linker_options[i], .library = true});
    }
    bool done = (object->format != OBJ_ELF || take_sections(object, &taking, facts)) &&
                keep(&taking, facts);
    free(taking.to);
    return done;
}
