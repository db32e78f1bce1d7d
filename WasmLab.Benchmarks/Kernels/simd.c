// Vectors of 128 bits: blends pictures in fixed point, and filters a signal in floating point.
#include "kernel.h"
typedef u8 bytes __attribute__((vector_size(16)));
typedef u16 words __attribute__((vector_size(16)));
typedef float floats __attribute__((vector_size(16)));
static volatile u32 size = 40;
static bytes front[16384], back[16384], mixed[16384];
static floats signal[16400], filtered[16384];
static NOINLINE void blend(u16 alpha) {
    const words first = {alpha, alpha, alpha, alpha, alpha, alpha, alpha, alpha}, second = 256 - first;
    for (u32 i = 0; i < 16384; i++) {
        words low = ((words)front[i] & 255) * first + ((words)back[i] & 255) * second;
        words high = ((words)front[i] >> 8) * first + ((words)back[i] >> 8) * second;
        mixed[i] = (bytes)((low >> 8) | (high & 0xFF00));
    }
}
static NOINLINE void filter(void) {
    for (u32 i = 0; i < 16384; i++) {
        floats sum = signal[i] * 0.5f;
        for (u32 j = 1; j < 8; j++) sum += signal[i + j] * (0.25f / (float)j);
        filtered[i] = sum;
    }
}
EXPORT u32 run(void) {
    u32 seed = 77777u, sum = 0;
    for (u32 i = 0; i < 16384; i++)
        for (int j = 0; j < 16; j++) { front[i][j] = (u8)(i + (u32)j * 3); back[i][j] = (u8)(i * 5 - (u32)j); }
    for (u32 i = 0; i < 16400; i++)
        for (int j = 0; j < 4; j++) signal[i][j] = (float)(next_random(&seed) % 1000);
    for (u32 n = 0; n < size; n++) {
        blend((u16)(n * 6));
        filter();
        sum = sum * 31 + mixed[n * 7][n & 15] + (u32)filtered[n * 11][n & 3];
    }
    return sum;
}
