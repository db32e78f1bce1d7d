// 64-bit floats in registers: the Mandelbrot set.
#include "kernel.h"
static volatile u32 size = 300;
EXPORT u32 run(void) {
    u32 n = size, inside = 0;
    for (u32 py = 0; py < n; py++)
        for (u32 px = 0; px < n; px++) {
            double cx = 3.0 * px / n - 2.0, cy = 2.0 * py / n - 1.0, x = 0, y = 0;
            u32 i = 0;
            for (; i < 300 && x * x + y * y <= 4; i++) {
                double t = x * x - y * y + cx;
                y = 2 * x * y + cy;
                x = t;
            }
            inside += i;
        }
    return inside;
}
