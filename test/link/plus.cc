// C++ as crates bring it along: templates that several objects have, exceptions, statics with
// constructors and destructors, thread-locals. -DPART=1 and 2 are two objects of one library.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

template <typename T> struct Shared {
    static int count;
    static int next() { return ++count; }
};
template <typename T> int Shared<T>::count = 0;

inline thread_local std::string note = "note";

int part_two(int n);

#if PART == 1
struct Speaks {
    Speaks() { std::puts("constructed"); }
    ~Speaks() { std::puts("destroyed"); }
};
static Speaks speaks;

static int idle() { return 7; }
int (*unused)() = idle;

extern "C" int plus_run(int n)
{
    std::vector<int> numbers{n, Shared<int>::next()};
    try {
        numbers.push_back(part_two(n));
        numbers.push_back(part_two(-1));
    } catch (const std::runtime_error &error) {
        std::printf("caught %s, %s\n", error.what(), note.c_str());
    }
    int sum = 0;
    for (int number : numbers) {
        sum = sum * 10 + number;
    }
    return sum;
}
#else
int part_two(int n)
{
    if (n < 0) {
        note += " of two";
        throw std::runtime_error("a negative number");
    }
    return n + Shared<int>::next();
}

extern "C" int plus_idle() { return Shared<long>::next(); }
#endif
