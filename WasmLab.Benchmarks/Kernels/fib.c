// Calls: the naive recursion.
#include "kernel.h"
static volatile u32 size = 32;
static NOINLINE u32 fib(u32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
EXPORT u32 run(void) { return fib(size); }
