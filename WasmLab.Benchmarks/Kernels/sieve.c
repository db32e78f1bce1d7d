// Memory, byte by byte: the primes below four million.
#include "kernel.h"
static volatile u32 size = 4000000;
static u8 composite[4000001];
EXPORT u32 run(void) {
    u32 n = size, count = 0;
    for (u32 i = 0; i <= n; i++) composite[i] = 0;
    for (u32 i = 2; i <= n; i++) {
        if (composite[i]) continue;
        count++;
        for (u64 j = (u64)i * i; j <= n; j += i) composite[j] = 1;
    }
    return count;
}
