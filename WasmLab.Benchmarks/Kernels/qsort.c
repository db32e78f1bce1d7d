// Indirect calls: quicksort with a comparison that is passed as a pointer.
#include "kernel.h"
typedef int compare(const void *, const void *);
static volatile u32 size = 200000;
static u32 values[200000];
static int ascending(const void *a, const void *b) { u32 x = *(const u32 *)a, y = *(const u32 *)b; return x < y ? -1 : x > y; }
static int by_low_bits(const void *a, const void *b) { u32 x = *(const u32 *)a & 0xFFFF, y = *(const u32 *)b & 0xFFFF; return x < y ? -1 : x > y; }
static compare *volatile orders[2] = {ascending, by_low_bits};
static NOINLINE void sort(u32 *v, int low, int high, compare *order) {
    while (low < high) {
        u32 pivot = v[low + (high - low) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (order(&v[i], &pivot) < 0) i++;
            while (order(&v[j], &pivot) > 0) j--;
            if (i <= j) { u32 t = v[i]; v[i++] = v[j]; v[j--] = t; }
        }
        if (j - low < high - i) { sort(v, low, j, order); low = i; } else { sort(v, i, high, order); high = j; }
    }
}
EXPORT u32 run(void) {
    u32 n = size, seed = 2463534242u, sum = 0;
    for (u32 i = 0; i < n; i++) values[i] = next_random(&seed);
    for (int o = 0; o < 2; o++) { sort(values, 0, (int)n - 1, orders[o]); sum += values[n / 3]; }
    return sum;
}
