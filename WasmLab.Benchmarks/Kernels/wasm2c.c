// The driver of a kernel that wasm2c made C of; it prints what native.c prints.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "kernel.wasm.h"
static long long now(void) { struct timespec t; clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); return t.tv_sec * 1000000000LL + t.tv_nsec; }
int main(int count, char **arguments) {
    static Z_kernel_instance_t instance;
    wasm_rt_init();
    Z_kernel_init_module();
    Z_kernel_instantiate(&instance);
    unsigned checksum = Z_kernelZ_run(&instance);
    for (int i = count > 1 ? atoi(arguments[1]) : 1; i > 0; i--) { long long start = now(); Z_kernelZ_run(&instance); printf("%lld\n", now() - start); }
    printf("checksum %u\n", checksum);
}
