// 64-bit integers and scattered memory: an open-addressing hash map.
#include "kernel.h"
static volatile u32 size = 400000;
static struct { u64 key, value; } cells[1 << 19];
static u64 mix(u64 x) { x ^= x >> 31; x *= 0x9E3779B97F4A7C15ull; x ^= x >> 29; x *= 0xBF58476D1CE4E5B9ull; return x ^ x >> 32; }
static NOINLINE u64 *find(u64 key) {
    u32 i = (u32)mix(key) & ((1 << 19) - 1);
    while (cells[i].key && cells[i].key != key) i = (i + 1) & ((1 << 19) - 1);
    cells[i].key = key;
    return &cells[i].value;
}
EXPORT u32 run(void) {
    u32 seed = 521288629u;
    u64 sum = 0;
    for (u32 i = 0; i < 1 << 19; i++) cells[i].key = cells[i].value = 0;
    for (u32 i = 0; i < size; i++) *find(next_random(&seed) % 300000 + 1ull) += i;
    for (u32 i = 0; i < size; i++) sum = sum * 3 + *find(i + 1);
    return (u32)(sum ^ sum >> 32);
}
