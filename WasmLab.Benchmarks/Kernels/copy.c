// Ranges: copies and fills of all sizes.
#include "kernel.h"
static volatile u32 size = 12000;
static u8 from[70000], to[70000];
EXPORT u32 run(void) {
    u32 seed = 1234567u, sum = 0;
    for (u32 i = 0; i < sizeof from; i++) from[i] = (u8)(i * 31);
    for (u32 i = 0; i < size; i++) {
        u32 r = next_random(&seed), length = 16u << (r % 12), offset = (r >> 8) % 2048;
        __builtin_memcpy(to + offset, from + (r >> 20) % 2048, length);
        __builtin_memset(from + (r >> 12) % 4096, (int)r & 255, length / 4);
        sum = sum * 31 + to[offset + length / 2];
    }
    return sum;
}
