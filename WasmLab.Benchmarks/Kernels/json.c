// Text: writes a JSON document and parses it by recursive descent, again and again.
#include "kernel.h"
static volatile u32 size = 60;
static char text[200000];
static u32 length;
static const char *at;
static u32 depth, total;
static void put(const char *s) { while (*s) text[length++] = *s++; }
static void put_number(u32 n) { char digits[12]; int i = 11; digits[i] = 0; do digits[--i] = (char)('0' + n % 10); while (n /= 10); put(digits + i); }
static void space(void) { while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') at++; }
static u32 string(void) {
    u32 hash = 2166136261u;
    for (at++; *at != '"'; at++) { if (*at == '\\') at++; hash = (hash ^ (u8)*at) * 16777619u; }
    at++;
    return hash;
}
static double number(void) {
    double value = 0, scale = 1;
    int negative = *at == '-';
    if (negative) at++;
    while (*at >= '0' && *at <= '9') value = value * 10 + (*at++ - '0');
    if (*at == '.') for (at++; *at >= '0' && *at <= '9'; at++) { scale /= 10; value += (*at - '0') * scale; }
    return negative ? -value : value;
}
static NOINLINE u32 value(void) {
    u32 result = ++depth;
    space();
    switch (*at) {
    case '{':
        for (at++, space(); *at != '}'; space()) { result ^= string(); space(); at++; result = result * 31 + value(); space(); if (*at == ',') { at++; space(); } }
        at++;
        break;
    case '[':
        for (at++, space(); *at != ']'; space()) { result = result * 17 + value(); space(); if (*at == ',') at++; }
        at++;
        break;
    case '"': result ^= string(); break;
    case 't': at += 4; result += 1; break;
    case 'f': at += 5; result += 2; break;
    case 'n': at += 4; result += 3; break;
    default: result += (u32)(int)(number() * 16); break;
    }
    depth--;
    return result;
}
EXPORT u32 run(void) {
    u32 seed = 88172645u;
    length = depth = total = 0;
    put("[");
    for (u32 i = 0; i < 900; i++) {
        if (i) put(",\n  ");
        put("{ \"id\": "), put_number(i), put(", \"name\": \"item \\\"number\\\" "), put_number(next_random(&seed));
        put("\", \"price\": -"), put_number(next_random(&seed) % 1000), put("."), put_number(next_random(&seed) % 100);
        put(", \"tags\": [true, false, null, \"red\", \"blue\"], \"nested\": { \"a\": [1, 2, [3, 4]], \"b\": {} } }");
    }
    put("]");
    text[length] = 0;
    for (u32 i = 0; i < size; i++) { at = text; total += value() ^ i; }
    return total;
}
