// 32-bit integers: SHA-256 of two megabytes.
#include "kernel.h"
static volatile u32 size = 2u << 20;
static u8 data[2u << 20];
static u32 k[64];
static u32 rotate(u32 x, u32 n) { return x >> n | x << (32 - n); }
static u32 fraction(double x) { return (u32)((x - (u32)x) * 4294967296.0); }
static double root(double x, int cube) {
    double y = x;
    for (int i = 0; i < 200; i++) y = cube ? (2 * y + x / (y * y)) / 3 : (y + x / y) / 2;
    return y;
}
static void block(u32 *h, const u8 *p) {
    u32 w[64];
    for (int i = 0; i < 16; i++) w[i] = (u32)p[4 * i] << 24 | (u32)p[4 * i + 1] << 16 | (u32)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        u32 s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        u32 s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    u32 a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], x = h[7];
    for (int i = 0; i < 64; i++) {
        u32 t1 = x + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i];
        u32 t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        x = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += x;
}
EXPORT u32 run(void) {
    u32 h[8], n = size;
    for (u32 candidate = 2, found = 0; found < 64; candidate++) {
        u32 divisor = 2;
        while (divisor * divisor <= candidate && candidate % divisor) divisor++;
        if (divisor * divisor <= candidate) continue;
        if (found < 8) h[found] = fraction(root(candidate, 0));
        k[found++] = fraction(root(candidate, 1));
    }
    for (u32 i = 0; i < n; i++) data[i] = (u8)(i * 7 + (i >> 8));
    for (u32 i = 0; i + 64 <= n; i += 64) block(h, data + i);
    return h[0] ^ h[3] ^ h[7];
}
