/* SPDX-License-Identifier: MIT */
/** The link models by name, and which ones a set must be proven for. */
#include <stdio.h>

#include "proof/plan.h"

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
    {"GNU ld", MODEL_BFD}, {"GNU ld", MODEL_MINGW},      {"Apple's ld", MODEL_LD64},
    {"ld", MODEL_BFD},     {"ld", MODEL_MINGW},          {"ld", MODEL_LD64},
    {"lld", MODEL_LLD_LINK}, {"lld", MODEL_LD64_LLD},    {"link.exe", MODEL_LLD_LINK},
};

const char *model_name(enum model model)
{
    return names[model];
}

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

/** The model of some that a name stands for; 0 if there is none. */
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

static bool refuse(struct span name, enum obj_format format, struct error *error)
{
    char list[128] = "";
    size_t used = 0;
    unsigned all = models_of(format);
    for (enum model model = 0; model < MODEL_COUNT; model++) {
        if (models_have(all, model) && used < sizeof list) {
            int size = snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                                names[model]);
            used += size < 0 ? 0 : (size_t)size;
        }
    }
    bool known = model_named(name, ~0U) != 0;
    return error_set_kind(error, ERROR_USAGE, "models: '%.*s' is %s; choose of %s",
                          SPAN_ARGS(name), known ? "of another object format" : "no linker's name",
                          list);
}

unsigned models_named(const char *const *list, size_t count, enum obj_format format,
                      struct error *error)
{
    unsigned models = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned model = model_named(span_of(list[i]), models_of(format));
        if (!model) {
            refuse(span_of(list[i]), format, error);
            return 0;
        }
        models |= model;
    }
    return models;
}
