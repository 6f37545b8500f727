// The little of Microsoft's C runtime that a Rust library needs at link time and that import
// libraries cannot give: the entry point, thread-local storage, and the stack probe.

#include <stddef.h>

int main(void);
void exit(int);

void mainCRTStartup(void)
{
	exit(main());
}

int _fltused = 0x9875;

// The virtual table that catch handlers' type descriptors name; nothing calls through it.
#ifdef __i386__
#define TYPE_INFO "\1??_7type_info@@6B@"
#else
#define TYPE_INFO "??_7type_info@@6B@"
#endif
void *type_info[4] __asm__(TYPE_INFO);

// Thread-local storage: what lies between the section names' suffixes is sorted in by the linker.
#pragma section(".tls", read, write)
#pragma section(".tls$ZZZ", read, write)
#pragma section(".CRT$XLA", read)
#pragma section(".CRT$XLZ", read)
#pragma section(".rdata$T", read)

__declspec(allocate(".tls")) char _tls_start = 0;
__declspec(allocate(".tls$ZZZ")) char _tls_end = 0;
__declspec(allocate(".CRT$XLA")) void (*const first_callback)(void *, unsigned, void *) = NULL;
__declspec(allocate(".CRT$XLZ")) void (*const last_callback)(void *, unsigned, void *) = NULL;
unsigned _tls_index;

// IMAGE_TLS_DIRECTORY.
__declspec(allocate(".rdata$T")) const struct {
	const char *start, *end;
	unsigned *index;
	void (*const *callbacks)(void *, unsigned, void *);
	unsigned zero_fill, characteristics;
} _tls_used = { &_tls_start, &_tls_end, &_tls_index, &first_callback + 1, 0, 0 };

// Touches each page of the RAX bytes that the caller is about to take from the stack.
#ifdef __x86_64__
__asm__(".globl __chkstk\n"
	"__chkstk:\n"
	"	push %rcx\n"
	"	push %rax\n"
	"	lea 24(%rsp), %rcx\n"
	"1:	cmp $0x1000, %rax\n"
	"	jb 2f\n"
	"	sub $0x1000, %rcx\n"
	"	testq %rcx, (%rcx)\n"
	"	sub $0x1000, %rax\n"
	"	jmp 1b\n"
	"2:	sub %rax, %rcx\n"
	"	testq %rcx, (%rcx)\n"
	"	pop %rax\n"
	"	pop %rcx\n"
	"	ret\n");
#else // only linked, never run
void __chkstk(void)
{
}
#endif
