/* SPDX-License-Identifier: MIT */
/**
 * What is one in a plugin of the originals, and would be two in a plugin and a shared library: data
 * that programs change, which both define, and lists that are walked between their bounds.
 *
 * In a plugin, linkers keep one of several weak or common definitions and of COMDATs. A plugin and
 * a shared library have one each: their lists of exports make what is not shared their own, DLLs
 * know nothing else, and a plugin that is loaded with RTLD_LOCAL never lends its definitions. The
 * same of STB_GNU_UNIQUE: only glibc makes one of these, and only of those that both export.
 * Two copies of code or of constants do no harm.
 */
#include "obj/linked.h"
#include "share/share_internal.h"

enum { SHF_WRITE = 1 };          /* [gABI, "Section Attribute Flags"] */
#define MEM_WRITE 0x80000000u /* [Microsoft, "PE Format", Section Flags] */

static bool starts_with_one(struct span name, const char *const *list, size_t count)
{
    bool starts = false;
    for (size_t i = 0; i < count; i++) {
        starts |= span_starts(name, list[i]);
    }
    return starts;
}

#define STARTS_WITH_ONE(name, list) starts_with_one(name, list, sizeof(list) / sizeof *(list))

/* ---- data that programs change ----------------------------------------------------------- */

/** Whether data of the section changes after the start of the program, by its code. */
static bool is_changed(const struct object *object, const struct obj_section *section)
{
    static const char *const fixed[] = {
        ".data.rel.ro", ".ldata.rel.ro", ".gnu.linkonce.d.rel.ro", "__llvm_", ".lprf", ".lcov",
        "__objc_", "__swift", "__cfstring", "__const", "__got", "__mod_"};
    bool data = section->kind == SECTION_DATA || section->kind == SECTION_ZERO;
    if (!data || STARTS_WITH_ONE(section->name, fixed)) {
        return false;
    }
    switch (object->format) {
    case OBJ_ELF: return section->flags & SHF_WRITE;
    case OBJ_COFF: return section->flags & MEM_WRITE;
    default: return span_starts(section->segment, "__DATA") &&
                    !span_is(section->segment, "__DATA_CONST");
    }
}

/**
 * Data that compilers and libraries of C bring along with whatever needs it, and that each image
 * has for itself: pointers to personalities, pointers of imports, descriptions of types (compared
 * by their names), marks, and Microsoft's options of printf.
 */
static bool is_each_images(struct span name)
{
    static const char RUSTS[] = "__rust_panic_type_info"; /* such a description, mangled */
    const size_t size = sizeof RUSTS - 1;
    bool rusts = false;
    static const char *const names[] = {"DW.ref.", "__imp_", "??_R0", "_fltused", "__fltused",
                                        "__odr_asan", "?_OptionsStorage@"};
    for (size_t i = 0; i + size <= name.size; i++) {
        rusts |= memcmp(name.data + i, RUSTS, size) == 0;
    }
    return rusts || STARTS_WITH_ONE(name, names);
}

static bool is_state(const struct object *object, const struct obj_symbol *symbol)
{
    if (!obj_symbol_defines(symbol) || symbol->label || symbol->is_section ||
        obj_symbol_is_function(object, symbol) || is_each_images(symbol->name)) {
        return false;
    }
    return symbol->place == PLACE_COMMON ||
           (symbol->section != OBJ_NONE && is_changed(object, &object->sections[symbol->section]));
}

/* ---- lists ------------------------------------------------------------------------------- */

/** Lists that a runtime, or code in each image, walks for that image. */
static bool is_images_list(struct span name)
{
    static const char *const names[] = {
        "asan_globals", "hwasan_globals", "__sancov_", ".CRT$", ".rtc$", ".gxfg$", ".retplne$",
        ".lprf", ".lcov", ".minfo", ".ctors", ".dtors"};
    return obj_is_runtimes_list(name) || STARTS_WITH_ONE(name, names);
}

static struct shared_name *list_named(struct sharing *s, const char *before, struct span segment,
                                      struct span name)
{
    const char *dollar = segment.size ? "$" : "";
    char *text = arena_printf(&s->scratch, "%s%.*s%s%.*s", before, SPAN_ARGS(segment), dollar,
                              SPAN_ARGS(name));
    return text ? share_get_name(s, span_of(text)) : NULL;
}

static struct shared_name *coff_list(struct sharing *s, const struct obj_section *section)
{
    const uint8_t *dollar = memchr(section->name.data, '$', section->name.size);
    size_t size = (size_t)(dollar - section->name.data) + 1;
    struct shared_name *list = share_get_name(s, span_make(section->name.data, size));
    struct span order = span_from(section->name, size);
    if (!list) {
        return NULL;
    }
    bool first = !list->element[SIDE_LIBRARIES] && !list->element[SIDE_WORKSPACE];
    list->has_bounds |= !first && !span_equal(list->order, order);
    list->order = first ? arena_copy(s->arena, order) : list->order;
    return list->order.data || !order.size ? list : NULL;
}

/** The list that the section belongs to. @is_list[out]: it does; NULL then: memory is short. */
static struct shared_name *list_of(struct sharing *s, const struct object *object,
                                   const struct obj_section *section, bool *is_list)
{
    static const char START[] = "section$start$";
    bool gathered = obj_section_is_gathered(object, section) && !is_images_list(section->name);
    switch (object->format) {
    case OBJ_ELF:
        *is_list = gathered && obj_has_bounds(section->name);
        return *is_list ? list_named(s, "__start_", (struct span){0}, section->name) : NULL;
    case OBJ_COFF:
        *is_list = gathered && section->kind != SECTION_CODE &&
                   memchr(section->name.data, '$', section->name.size);
        return *is_list ? coff_list(s, section) : NULL;
    case OBJ_MACHO:
        *is_list = section->size != 0 && section->kind != SECTION_DEBUG;
        return *is_list ? list_named(s, START, section->segment, section->name) : NULL;
    default:
        *is_list = false;
        return NULL;
    }
}

/** The list whose bound a symbol is. @is_list[out] as above. */
static struct shared_name *list_of_bound(struct sharing *s, const struct object *object,
                                         const struct obj_symbol *symbol, bool *is_list)
{
    static const struct {
        enum obj_format format;
        const char *bound, *start;
    } bounds[] = {{OBJ_ELF, "__start_", "__start_"},
                  {OBJ_ELF, "__stop_", "__start_"},
                  {OBJ_MACHO, "section$start$", "section$start$"},
                  {OBJ_MACHO, "section$end$", "section$start$"}};
    *is_list = false;
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        if (object->format == bounds[i].format && symbol->place == PLACE_UNDEFINED &&
            span_starts(symbol->name, bounds[i].bound)) {
            *is_list = true;
            return list_named(s, bounds[i].start, (struct span){0},
                              span_from(symbol->name, strlen(bounds[i].bound)));
        }
    }
    return NULL;
}

/* ---- learning ---------------------------------------------------------------------------- */

bool share_learn_state(struct sharing *s, const struct object *object, uint32_t number)
{
    enum side side = share_is_in_workspace(s, number) ? SIDE_WORKSPACE : SIDE_LIBRARIES;
    bool is_list;
    for (size_t i = 0; !object->import_stub && i < object->section_count; i++) {
        struct shared_name *list = list_of(s, object, &object->sections[i], &is_list);
        if (is_list && !list) {
            return false;
        }
        if (is_list) {
            share_note(list->element, side, number);
        }
    }
    for (size_t i = 0; !object->import_stub && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        struct shared_name *list = list_of_bound(s, object, symbol, &is_list);
        if (is_list && !list) {
            return false;
        }
        if (is_list) {
            share_note(list->walker, side, number);
        }
        struct shared_name *name =
            is_state(object, symbol) ? share_find_name(s, symbol->name) : NULL;
        if (name) {
            share_note(name->state, side, number);
        }
    }
    return true;
}

/* ---- checks ------------------------------------------------------------------------------ */

/**
 * The libraries' member that has a part of a list of which the workspace has another; @other[out]
 * the workspace's. 0: what walks the list and all elements are on one side.
 */
static uint32_t divided_list(const struct shared_name *name, uint32_t *other)
{
    const uint32_t *element = name->element, *walker = name->walker;
    *other = element[SIDE_WORKSPACE];
    if (name->has_bounds && element[SIDE_LIBRARIES] && element[SIDE_WORKSPACE]) {
        return element[SIDE_LIBRARIES];
    }
    if (walker[SIDE_LIBRARIES] && element[SIDE_WORKSPACE]) {
        return walker[SIDE_LIBRARIES];
    }
    *other = walker[SIDE_WORKSPACE];
    return walker[SIDE_WORKSPACE] ? element[SIDE_LIBRARIES] : 0;
}

/** Whether both define it as data that programs change. */
static bool is_two(const struct shared_name *name)
{
    return name->state[SIDE_LIBRARIES] && name->state[SIDE_WORKSPACE];
}

static struct span member_name(const struct sharing *s, uint32_t member)
{
    return set_member(s->set, member - 1)->name;
}

/** Lists first: what a list holds is often defined by both as well. */
static bool check_lists(struct sharing *s)
{
    const struct shared_name *first = NULL;
    uint32_t ours = 0, others = 0;
    size_t count = 0;
    for (size_t i = 0; i < s->name_count; i++) {
        uint32_t other, member = divided_list(&s->names[i], &other);
        count += member != 0;
        if (member && !first) {
            first = &s->names[i];
            ours = member;
            others = other;
        }
    }
    return !first ||
           share_refuse(s, ours, count,
                        "has a part of the list %.*s, and %.*s in the workspace another: a plugin "
                        "and the shared library would have a list each",
                        SPAN_ARGS(first->name), SPAN_ARGS(member_name(s, others)));
}

bool share_check_state(struct sharing *s)
{
    const struct shared_name *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < s->name_count; i++) {
        first = !first && is_two(&s->names[i]) ? &s->names[i] : first;
        count += is_two(&s->names[i]);
    }
    return check_lists(s) &&
           (!first ||
            share_refuse(s, first->state[SIDE_LIBRARIES], count,
                         "defines %.*s, which programs change, and so does %.*s in the workspace: "
                         "a plugin and the shared library would have one each",
                         SPAN_ARGS(first->name),
                         SPAN_ARGS(member_name(s, first->state[SIDE_WORKSPACE]))));
}

bool share_has_part(struct sharing *s, const struct object *object)
{
    bool has = false, is_list;
    uint32_t other;
    for (size_t i = 0; !has && i < object->section_count; i++) {
        const struct shared_name *list = list_of(s, object, &object->sections[i], &is_list);
        has = list && divided_list(list, &other);
    }
    for (size_t i = 0; !has && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        const struct shared_name *list = list_of_bound(s, object, symbol, &is_list);
        const struct shared_name *name =
            is_state(object, symbol) ? share_find_name(s, symbol->name) : NULL;
        has = (list && divided_list(list, &other)) || (name && is_two(name));
    }
    return has;
}
