// Bytes, hashes and branches: compresses a text by back references and expands it again.
#include "kernel.h"
static volatile u32 size = 900000;
static u8 input[900000 + 16], packed[1200000], output[900000 + 300];
static u32 table[1 << 14];
static const char *const words[] = {"the ", "node ", "of ", "cluster ", "runs ", "a ", "module ", "and ", "answers ", "requests ", "in ", "time. "};
static u32 word(const u8 *p) { return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24; }
static NOINLINE u32 pack(u32 n) {
    u32 at = 0, out = 0, literals = 0;
    for (u32 i = 0; i < 1 << 14; i++) table[i] = 0;
    while (at + 8 < n) {
        u32 hash = word(input + at) * 2654435761u >> 18, candidate = table[hash];
        table[hash] = at + 1;
        if (candidate && at + 1 - candidate < 65536 && word(input + candidate - 1) == word(input + at)) {
            u32 start = candidate - 1, length = 4;
            while (at + length + 8 < n && length < 255 && input[start + length] == input[at + length]) length++;
            if (literals) { packed[out++] = 0; packed[out++] = (u8)literals; for (u32 i = at - literals; i < at; i++) packed[out++] = input[i]; literals = 0; }
            packed[out++] = (u8)length; packed[out++] = (u8)((at - start) & 255); packed[out++] = (u8)((at - start) >> 8);
            at += length;
        } else {
            at++;
            if (++literals == 255) { packed[out++] = 0; packed[out++] = 255; for (u32 i = at - 255; i < at; i++) packed[out++] = input[i]; literals = 0; }
        }
    }
    return out;
}
static NOINLINE u32 unpack(u32 n) {
    u32 out = 0;
    for (u32 at = 0; at < n;) {
        u32 length = packed[at++];
        if (length == 0) { for (u32 count = packed[at++]; count; count--) output[out++] = packed[at++]; continue; }
        u32 distance = packed[at] | (u32)packed[at + 1] << 8;
        for (at += 2; length; length--, out++) output[out] = output[out - distance];
    }
    return out;
}
EXPORT u32 run(void) {
    u32 n = size, seed = 362436069u, length = 0, sum = 0;
    while (length < n) for (const char *p = words[next_random(&seed) % 12]; *p && length < n; p++) input[length++] = (u8)*p;
    u32 bytes = unpack(pack(n));
    for (u32 i = 0; i < bytes; i++) sum = sum * 31 + output[i];
    return sum + bytes;
}
