/* SPDX-License-Identifier: MIT */
#include "cli/style.h"

#include <stdlib.h>
#include <string.h>

#include "cli/diag.h"
#include "cli/terminal.h"

/** A number of columns that somebody may have; 0 for anything else. */
static unsigned parse_columns(const char *text)
{
    enum { MOST_DIGITS = 5 };
    size_t length = text ? strlen(text) : 0;
    bool number = length && length <= MOST_DIGITS && strspn(text, "0123456789") == length;
    return number ? (unsigned)strtoul(text, NULL, 10) : 0;
}

unsigned style_columns(FILE *stream)
{
    unsigned columns = parse_columns(getenv("COLUMNS"));
    return columns ? columns : terminal_columns(stream);
}

void style_fit(struct armeld_style *style)
{
    style->columns = terminal_is(stdout) ? style_columns(stdout) : 0;
    style->ascii = terminal_is_ascii();
    style->colored = diag_is_colored(stdout);
}
