/* SPDX-License-Identifier: MIT */
/** The link models by name, and which ones a set must be proven for. */
#include <stdio.h>
#include <string.h>

#include "proof/models.h"

static const char *const names[MODEL_COUNT] = {
    [MODEL_BFD] = "bfd",           [MODEL_GOLD] = "gold",
    [MODEL_LLD] = "lld",           [MODEL_MOLD] = "mold",
    [MODEL_LLD_LINK] = "lld-link", [MODEL_MINGW] = "mingw",
    [MODEL_LD64_LLD] = "ld64.lld", [MODEL_LD64] = "ld64",
};

/** Other names, as reports for people and manuals call the linkers. */
static const struct {
    const char *name;
    enum model model;
} aliases[] = {
    {"GNU ld", MODEL_BFD},   {"GNU ld", MODEL_MINGW}, {"Apple's ld", MODEL_LD64},
    {"ld", MODEL_BFD},       {"ld", MODEL_MINGW},     {"ld", MODEL_LD64},
    {"lld", MODEL_LLD_LINK}, {"lld", MODEL_LD64_LLD}, {"link.exe", MODEL_LLD_LINK},
};

unsigned models_of(enum obj_format format)
{
    switch (format) {
    case OBJ_MACHO: return model_bit(MODEL_LD64_LLD) | model_bit(MODEL_LD64);
    case OBJ_COFF:
    case OBJ_IMPORT: return model_bit(MODEL_LLD_LINK) | model_bit(MODEL_MINGW);
    default:
        return model_bit(MODEL_BFD) | model_bit(MODEL_GOLD) | model_bit(MODEL_LLD) |
               model_bit(MODEL_MOLD);
    }
}

unsigned models_to_prove(enum obj_format format, unsigned abis)
{
    bool microsoft = format == OBJ_COFF && abis == COFF_ABI_MSVC;
    return microsoft ? model_bit(MODEL_LLD_LINK) : models_of(format);
}

/** Of a set without objects, linkers of any format can be named. */
static unsigned choices(enum obj_format format)
{
    return format == OBJ_OTHER ? (1U << MODEL_COUNT) - 1 : models_of(format);
}

/** The model that a name stands for, among some; 0 if there is none. */
static unsigned model_named(struct span name, unsigned among)
{
    for (enum model model = 0; model < MODEL_COUNT; model++) {
        if (models_have(among, model) && span_is(name, names[model])) {
            return model_bit(model);
        }
    }
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (models_have(among, aliases[i].model) && span_is(name, aliases[i].name)) {
            return model_bit(aliases[i].model);
        }
    }
    return 0;
}

/** Say that a name is none of the choices. */
static bool refuse(const char *name, enum obj_format format, struct error *error)
{
    char list[128] = "";
    size_t used = 0;
    for (enum model model = 0; model < MODEL_COUNT; model++) {
        if (models_have(choices(format), model) && used < sizeof list) {
            int size = snprintf(list + used, sizeof list - used, ", %s", names[model]);
            used += size < 0 ? 0 : (size_t)size;
        }
    }
    bool any = format == OBJ_OTHER;
    bool known = model_named(span_of(name), choices(OBJ_OTHER)) != 0;
    return error_set_kind(error, ERROR_USAGE, "models: '%s' is %s%s; choose from auto%s", name,
                          known ? "no linker of " : "the name of no linker",
                          known && !any ? object_format_name(format) : "", list);
}

bool models_check_names(const char *const *list, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], "auto") != 0 && !model_named(span_of(list[i]), choices(OBJ_OTHER))) {
            return refuse(list[i], OBJ_OTHER, error);
        }
    }
    return true;
}

/** The models of a record; names that this version does not know do not count. */
static unsigned recorded(const struct model_choice *choice)
{
    unsigned models = 0;
    for (size_t i = 0; i < choice->recorded_count; i++) {
        models |= model_named(span_of(choice->recorded[i]), choices(choice->format));
    }
    return models;
}

bool models_choose(struct model_choice *choice, struct error *error)
{
    unsigned automatic = models_to_prove(choice->format, choice->abis);
    choice->models = choice->named_count ? 0 : recorded(choice);
    choice->chosen = choice->models != 0;
    for (size_t i = 0; i < choice->named_count; i++) {
        const char *name = choice->named[i];
        bool is_auto = strcmp(name, "auto") == 0;
        unsigned model =
            is_auto ? automatic : model_named(span_of(name), choices(choice->format));
        if (!model) {
            return refuse(name, choice->format, error);
        }
        choice->models |= model;
        choice->chosen |= !is_auto;
    }
    choice->models = choice->models ? choice->models : automatic;
    return true;
}

bool models_lack_one_pass(const char *const *list, size_t count)
{
    static const enum obj_format formats[] = {OBJ_ELF, OBJ_COFF, OBJ_MACHO};
    unsigned models = 0;
    unsigned all = 0;
    for (size_t i = 0; i < count; i++) {
        models |= model_named(span_of(list[i]), choices(OBJ_OTHER));
    }
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        all |= models & models_of(formats[i]) ? models_of(formats[i]) : 0;
    }
    for (enum model model = 0; model < MODEL_COUNT; model++) {
        if (models_have(all & ~models, model) && model_is_one_pass(model)) {
            return true;
        }
    }
    return false;
}

bool models_list(unsigned models, struct arena *arena, const char *const **list, size_t *count)
{
    const char **named = ARENA_ARRAY(arena, const char *, MODEL_COUNT);
    size_t used = 0;
    for (enum model model = 0; named && model < MODEL_COUNT; model++) {
        if (models_have(models, model)) {
            named[used++] = names[model];
        }
    }
    *list = named;
    *count = used;
    return named != NULL;
}
