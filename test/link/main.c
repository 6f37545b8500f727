// The program that the libraries are linked into: it calls NAME_run of every plugin in PLUGINS,
// which is given as -DPLUGINS='X(alpha) X(beta)', and prints a line for each.
// It includes nothing, so that it compiles for targets whose headers are not there.

int printf(const char *format, ...);

#define X(name) unsigned long long name##_run(unsigned long long n);
PLUGINS
#undef X

int main(void)
{
#define X(name) printf(#name " %llu\n", name##_run(40));
	PLUGINS
#undef X
	return 0;
}
