// bcryptprimitives.dll, which Wine does not have: where Rust's std gets its random numbers.

#ifdef __i386__
#define WINAPI __attribute__((stdcall))
#else
#define WINAPI
#endif

__declspec(dllimport) unsigned char WINAPI SystemFunction036(void *buffer, unsigned length);

__declspec(dllexport) int WINAPI ProcessPrng(unsigned char *buffer, unsigned long long length)
{
	return SystemFunction036(buffer, (unsigned)length);
}
