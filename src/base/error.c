/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/os_errors.h"

static bool set(struct error *error, enum error_kind kind, int code, const char *format,
                va_list args) PRINTF_LIKE(4, 0);

static bool set(struct error *error, enum error_kind kind, int code, const char *format,
                va_list args)
{
    if (error->kind != ERROR_NONE) {
        return false;
    }
    error->kind = kind;
    vsnprintf(error->text, sizeof error->text, format, args);
    if (code) {
        char reason[128];
        size_t used = strlen(error->text);
        system_error_text(code, reason, sizeof reason);
        snprintf(error->text + used, sizeof error->text - used, ": %s", reason);
    }
    return false;
}

bool error_set(struct error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(error, ERROR_INPUT, 0, format, args);
    va_end(args);
    return false;
}

bool error_set_kind(struct error *error, enum error_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(error, kind, 0, format, args);
    va_end(args);
    return false;
}

bool error_set_errno(struct error *error, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error->memory |= error->kind == ERROR_NONE && code == ENOMEM;
    set(error, ERROR_INPUT, code, format, args);
    va_end(args);
    return false;
}

bool error_internal(struct error *error, const char *format, ...)
{
    char what[512];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return error_set_kind(error, ERROR_INTERNAL,
                          "internal error: %s; this is a mistake in armeld: please report this "
                          "message and what armeld --version prints",
                          what);
}

bool error_memory(struct error *error)
{
    error->memory |= error->kind == ERROR_NONE;
    return error_set(error, "out of memory");
}

bool error_passes(const struct error *passed, struct error *error)
{
    return !passed->memory || error_memory(error);
}

bool error_prefix(struct error *error, const char *format, ...)
{
    char prefix[sizeof error->text];
    char text[sizeof error->text];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    memcpy(text, error->text, sizeof text);
    size_t used = strlen(prefix);
    memcpy(error->text, prefix, used);
    snprintf(error->text + used, sizeof error->text - used, "%s", text);
    return false;
}

bool error_suffix(struct error *error, const char *text)
{
    size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, "%s", text);
    return false;
}
