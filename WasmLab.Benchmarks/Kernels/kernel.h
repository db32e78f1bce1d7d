// What every kernel shares. A kernel exports run, which does a fixed amount of work and returns a checksum of it. The size is read from a
// volatile variable, so that no compiler computes the answer itself.
#pragma once
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
#ifdef __wasm__
#define EXPORT __attribute__((export_name("run")))
#else
#define EXPORT
#endif
#define NOINLINE __attribute__((noinline))
static inline u32 next_random(u32 *state) {
    u32 x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}
