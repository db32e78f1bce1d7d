// Floats and memory: the product of two matrices.
#include "kernel.h"
static volatile u32 size = 240;
static double a[240 * 240], b[240 * 240], c[240 * 240];
static NOINLINE void multiply(u32 n) {
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j < n; j++) {
            double sum = 0;
            for (u32 l = 0; l < n; l++) sum += a[i * n + l] * b[l * n + j];
            c[i * n + j] = sum;
        }
}
EXPORT u32 run(void) {
    u32 n = size;
    for (u32 i = 0; i < n * n; i++) { a[i] = i % 7; b[i] = i % 11; }
    multiply(n);
    double trace = 0;
    for (u32 i = 0; i < n; i++) trace += c[i * n + i];
    return (u32)trace;
}
