/* SPDX-License-Identifier: MIT */
#include "census/runtime_names.h"

#include <string.h>

/** Whether @name is one of the texts. */
static bool is_one_of(struct span name, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(name, texts[i])) {
            return true;
        }
    }
    return false;
}

/** Take one mode off the front of a name, such as "ti": how wide a number is, and of what kind. */
static bool take_mode(struct span *name)
{
    static const char *const modes[] = {"si", "di", "ti", "hf", "bf", "sf", "df",
                                        "xf", "tf", "sc", "dc", "xc", "tc"};
    bool taken = name->size >= 2 &&
                 is_one_of(span_make(name->data, 2), modes, sizeof modes / sizeof *modes);
    *name = taken ? span_from(*name, 2) : *name;
    return taken;
}

/** Whether @name is MODE [MODE] [DIGIT]. */
static bool is_modes(struct span name)
{
    bool known = take_mode(&name);
    take_mode(&name);
    return known && (!name.size || (name.size == 1 && *name.data >= '2' && *name.data <= '4'));
}

/** Whether @name is an operation on numbers, without its two underscores. */
static bool is_arithmetic(struct span name)
{
    static const char *const operations[] = {
        "abs",    "absv",  "add",   "addv",   "ashl",     "ashr",   "bswap", "clz",    "cmp",
        "ctz",    "div",   "divmod", "eq",    "extend",   "ffs",    "fix",   "fixuns", "float",
        "floatun", "ge",   "gt",    "le",     "lshr",     "lt",     "mod",   "mul",    "mulo",
        "mulv",   "ne",    "neg",   "negv",   "parity",   "popcount", "powi", "sub",   "subv",
        "trunc",  "ucmp",  "udiv",  "udivmod", "umod",    "unord"};
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (span_starts(name, operations[i]) &&
            is_modes(span_from(name, strlen(operations[i])))) {
            return true;
        }
    }
    return false;
}

/** Whether @name is a function of C's mathematics, with the letters that tell its type. */
static bool is_mathematics(struct span name)
{
    static const char *const functions[] = {
        "cbrt", "ceil", "copysign", "fabs",         "fdim", "floor", "fma",   "fmax", "fmaximum",
        "fmin", "fmod", "fminimum", "fmaximum_num", "rint", "round", "trunc", "sqrt", "roundeven",
        "fminimum_num"};
    static const char *const types[] = {"", "f", "f16", "f128"};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (span_starts(name, functions[i]) &&
            is_one_of(span_from(name, strlen(functions[i])), types, sizeof types / sizeof *types)) {
            return true;
        }
    }
    return false;
}

bool is_compiler_rt_name(struct span name, bool underscore)
{
    static const char *const others[] = {
        "rust_eh_personality", "__compilerrt_abort_impl", "__gnu_f2h_ieee",   "__gnu_h2f_ieee",
        "__rust_i128_add",     "__rust_i128_addo",        "__rust_i128_mul",  "__rust_i128_mulo",
        "__rust_i128_sub",     "__rust_i128_subo",        "__rust_u128_add",  "__rust_u128_addo",
        "__rust_u128_mul",     "__rust_u128_mulo",        "__rust_u128_sub",  "__rust_u128_subo",
        "memcpy",              "memmove",                 "memset",           "memcmp",
        "bcmp",                "strlen"};
    if (underscore && !span_starts(name, "_")) {
        return false;
    }
    struct span plain = underscore ? span_from(name, 1) : name;
    return is_one_of(plain, others, sizeof others / sizeof *others) || is_mathematics(plain) ||
           (span_starts(plain, "__") && is_arithmetic(span_from(plain, 2)));
}
