/* SPDX-License-Identifier: MIT */
/** What an object says of the whole program that it is linked into, beside its symbols. */
#include "base/digest.h"
#include "census/census.h"
#include "obj/directives.h"

enum { DEPENDENT_LIBRARIES = 0x6fff4c04 }; /* SHT_LLVM_DEPENDENT_LIBRARIES [LLVM, Extensions] */

#define SHF_EXECINSTR 0x4u /* [gABI, "Section Attribute Flags"] */

static void add(struct class *class, struct statement statement)
{
    class->statements[class->statement_count++] = statement;
}

/** Add a section by its name and the digest of its contents. False when memory is short. */
static bool add_section(struct class *class, const struct obj_section *section,
                        struct arena *facts)
{
    char digest[DIGEST_TEXT];
    digest_text(digest_of(section->data), digest);
    const char *text = arena_printf(facts, "%.*s %s", SPAN_ARGS(section->name), digest);
    if (text) {
        add(class, (struct statement){.text = span_of(text),
                                      .library = section->type == DEPENDENT_LIBRARIES});
    }
    return text != NULL;
}

/** COFF's directives that name no symbols. @return how many, if the class has no room yet */
static size_t take_directives(const struct object *object, struct class *class)
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
        if (class->statements && keyed) {
            size_t size = equals ? (size_t)(equals - directive.value.data) : 0;
            add(class, (struct statement){.text = directive.value,
                                          .key = span_make(directive.value.data, size)});
        } else if (class->statements && states) {
            add(class, (struct statement){.text = directive.word,
                                          .library = directive.kind == DIRECTIVE_DEFAULTLIB});
        }
    }
    return count;
}

/** ELF: what linkers join to one statement of the program. False when memory is short. */
static bool take_sections(const struct object *object, struct class *class, struct arena *facts)
{
    bool x86 = object->machine == MACHINE_X86_64 || object->machine == MACHINE_X86;
    bool stack = x86 || object->machine == MACHINE_ARM; /* GNU ld: executable if nothing is said */
    bool done = true;
    for (size_t i = 0; done && i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        if (span_is(section->name, ".note.GNU-stack")) {
            stack = section->flags & SHF_EXECINSTR;
        } else if (section->type == DEPENDENT_LIBRARIES ||
                   span_is(section->name, ".note.gnu.property") ||
                   span_ends(section->name, ".attributes") ||
                   span_is(section->name, ".MIPS.abiflags")) {
            done = add_section(class, section, facts);
        }
    }
    if (stack) {
        add(class, (struct statement){.text = span_of("an executable stack")});
    }
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
    if (!known) {
        add(class, (struct statement){.text = span_of("unknown exception handlers")});
    }
}

bool class_take_statements(const struct object *object, struct class *class, struct arena *facts)
{
    size_t elf = object->format == OBJ_ELF ? object->section_count + 1 : 0;
    bool x86 = object->format == OBJ_COFF && object->machine == MACHINE_X86;
    size_t most = take_directives(object, class) + object->linker_option_count + elf + x86;
    class->statements = most ? ARENA_ARRAY(facts, struct statement, most) : NULL;
    if (!most || !class->statements) {
        return !most;
    }
    take_directives(object, class);
    if (x86) {
        take_features(object, class);
    }
    for (size_t i = 0; i < object->linker_option_count; i++) {
        add(class, (struct statement){.text = object->linker_options[i], .library = true});
    }
    return !elf || take_sections(object, class, facts);
}
