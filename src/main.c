/* SPDX-License-Identifier: MIT */
#include "armeld.h"
#include "cli/cli.h"
#include "cli/terminal.h"

int main(int argc, char *argv[])
{
    if (!terminal_open_streams()) {
        return ARMELD_FAILED;
    }
    struct command command = {0};
    int status = cli_parse(&command, argc, argv);
    if (status == ARMELD_OK) {
        status = cli_run(&command);
    }
    int finished = cli_finish(&command);
    return status != ARMELD_OK ? status : finished;
}
