/* SPDX-License-Identifier: MIT */
/** How much the heap holds, by the hooks of the sanitizers' allocator. */
#include <sanitizer/allocator_interface.h>
#include <stdatomic.h>

#include "fuzz.h"

static atomic_size_t held;
static atomic_size_t peak;
static atomic_bool watching;

static void on_malloc(const volatile void *block, size_t size)
{
    (void)block;
    if (atomic_load_explicit(&watching, memory_order_relaxed)) {
        size_t now = atomic_fetch_add(&held, size) + size;
        if (now < SIZE_MAX / 2 && now > atomic_load(&peak)) {
            atomic_store(&peak, now); /* two threads at once may lose a little */
        }
    }
}

static void on_free(const volatile void *block)
{
    if (block && atomic_load_explicit(&watching, memory_order_relaxed)) {
        atomic_fetch_sub(&held, __sanitizer_get_allocated_size(block));
    }
}

void heap_watch(void)
{
    static bool installed;
    if (!installed) {
        installed = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0;
        CHECK(installed, "no room for malloc hooks");
    }
    atomic_store(&held, 0);
    atomic_store(&peak, 0);
    atomic_store(&watching, true);
}

size_t heap_peak(void)
{
    atomic_store(&watching, false);
    return atomic_load(&peak);
}

void heap_check(size_t size, size_t times, size_t fixed)
{
    size_t used = heap_peak();
    CHECK(used <= fixed + times * size, "%zu bytes of heap for %zu bytes of input", used, size);
}
