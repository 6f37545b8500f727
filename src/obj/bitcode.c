/* SPDX-License-Identifier: MIT */
/**
 * LLVM bitcode: recognised, not read. Only an LLVM as new as its writer can read it.
 *
 * Raw bitcode begins with 'B' 'C' C0 DE; the wrapper that Apple's tools put around it with
 * DE C0 17 0B (0x0B17C0DE), u32 Version, u32 Offset, u32 Size, u32 CPUType (LLVM BitstreamReader,
 * Magic.cpp). The name of a member does not tell: with -C linker-plugin-lto, rustc's .rcgu.o files
 * are bitcode.
 */
#include "obj/reader.h"

static bool bitcode_probe(struct span data)
{
    return data.size >= 4 && (memcmp(data.data, "BC\xc0\xde", 4) == 0 ||
                              memcmp(data.data, "\xde\xc0\x17\x0b", 4) == 0);
}

const struct obj_reader bitcode_reader = {
    .format = OBJ_BITCODE,
    .name = "LLVM bitcode",
    .probe = bitcode_probe,
};
