// The native program: runs the kernel once to warm up and then as often as it is told, and prints the processor time of each run in ns.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
unsigned run(void);
static long long now(void) { struct timespec t; clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); return t.tv_sec * 1000000000LL + t.tv_nsec; }
int main(int count, char **arguments) {
    unsigned checksum = run();
    for (int i = count > 1 ? atoi(arguments[1]) : 1; i > 0; i--) { long long start = now(); run(); printf("%lld\n", now() - start); }
    printf("checksum %u\n", checksum);
}
