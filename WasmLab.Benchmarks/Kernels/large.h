// One large function, of about BLOCKS times 110 bytes of WebAssembly: a state machine whose states are all different and all run.
#include "kernel.h"
static volatile u32 size = 2000000 / BLOCKS;
static u32 cells[1024], following[BLOCKS];
#define STATE(n)                                                          \
    case n: {                                                             \
        enum { I = n };                                                   \
        a += cells[(b + I * 7) & 1023] ^ (c >> (I % 13 + 1));             \
        b = (b << (I % 5 + 1) | b >> (31 - I % 5)) + a * (I * 2u + 3);    \
        for (u32 j = 0; j < I % 4 + 1; j++) c ^= cells[(a + j) & 1023] + b; \
        if (a & (1u << (I % 30))) cells[(c + I) & 1023] = a + b;          \
        else c += b ^ (I * 2654435761u);                                  \
        state = following[I];                                             \
        break;                                                            \
    }
#define STATES10(i) STATE(i + 0) STATE(i + 1) STATE(i + 2) STATE(i + 3) STATE(i + 4) STATE(i + 5) STATE(i + 6) STATE(i + 7) STATE(i + 8) STATE(i + 9)
#define STATES100(i) STATES10(i + 0) STATES10(i + 10) STATES10(i + 20) STATES10(i + 30) STATES10(i + 40) STATES10(i + 50) STATES10(i + 60) STATES10(i + 70) STATES10(i + 80) STATES10(i + 90)
static NOINLINE u32 machine(u32 steps) {
    u32 state = 0, a = 1, b = 2, c = 3;
    for (u32 step = 0; step < steps; step++)
        switch (state) { ALL_STATES }
    return a ^ b ^ c;
}
EXPORT u32 run(void) {
    u32 seed = 2463534242u, sum = 0;
    for (u32 i = 0; i < 1024; i++) cells[i] = next_random(&seed);
    // From memory, so that no compiler joins the states into one straight line.
    for (u32 i = 0; i < BLOCKS; i++) following[i] = (i + 1) % BLOCKS;
    for (u32 i = 0; i < size; i++) sum += machine(BLOCKS);
    return sum;
}
