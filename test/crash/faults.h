/* SPDX-License-Identifier: MIT */
/** The kinds of calls that faults.c counts, for the library and for who uses it. */
#ifndef ARMELD_TEST_FAULTS_H
#define ARMELD_TEST_FAULTS_H

enum fault_kind {
    FAULT_OPEN,
    FAULT_WRITE,
    FAULT_FSYNC,
    FAULT_CLOSE,
    FAULT_RENAME,
    FAULT_LINK,
    FAULT_UNLINK,
    FAULT_MKDIR,
    FAULT_FTRUNCATE,
    FAULT_MMAP,
    FAULT_STAT,
    FAULT_FSTAT,
    FAULT_FLOCK,
    FAULT_CHMOD,
    FAULT_THREAD,
    FAULT_MALLOC,
    FAULT_CALLOC,
    FAULT_REALLOC,
    FAULT_KIND_COUNT,
};

#define FAULT_KINDS \
    { \
        "open", "write", "fsync", "close", "rename", "link", "unlink", "mkdir", "ftruncate", \
            "mmap", "stat", "fstat", "flock", "chmod", "thread", "malloc", "calloc", "realloc" \
    }

#endif
