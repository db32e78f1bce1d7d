// A switch in a loop: an interpreter of a small stack machine.
#include "kernel.h"
enum { PUSH, ADD, SUB, MUL, DUP, SWAP, OVER, DROP, LOAD, STORE, JUMP, JUMP_IF, LESS, XOR, SHR, HALT };
static volatile u32 size = 1000000;
static u32 memory[16];
static const int program[] = {
    PUSH, 0, STORE, 0, PUSH, 1, STORE, 1,                                   // i = 0, h = 1
    LOAD, 1, PUSH, 31, MUL, LOAD, 0, XOR, DUP, PUSH, 7, SHR, ADD, STORE, 1, // 8: h = (h * 31 ^ i) + (… >> 7)
    LOAD, 0, PUSH, 1, ADD, DUP, STORE, 0, LOAD, 2, LESS, JUMP_IF, 8,        // i++, again while i < n
    LOAD, 1, HALT};
static NOINLINE u32 interpret(const int *code) {
    u32 stack[32], *top = stack;
    for (const int *at = code;;) {
        switch (*at++) {
        case PUSH: *++top = (u32)*at++; break;
        case ADD: top--; top[0] += top[1]; break;
        case SUB: top--; top[0] -= top[1]; break;
        case MUL: top--; top[0] *= top[1]; break;
        case DUP: top++; top[0] = top[-1]; break;
        case SWAP: { u32 t = top[0]; top[0] = top[-1]; top[-1] = t; break; }
        case OVER: top++; top[0] = top[-2]; break;
        case DROP: top--; break;
        case LOAD: *++top = memory[*at++]; break;
        case STORE: memory[*at++] = *top--; break;
        case JUMP: at = code + *at; break;
        case JUMP_IF: if (*top--) at = code + *at; else at++; break;
        case LESS: top--; top[0] = top[0] < top[1]; break;
        case XOR: top--; top[0] ^= top[1]; break;
        case SHR: top--; top[0] >>= top[1] & 31; break;
        default: return *top;
        }
    }
}
EXPORT u32 run(void) { memory[2] = size; return interpret(program); }
