// 64-bit floats: five bodies attract one another.
#include "kernel.h"
static volatile u32 size = 300000;
static struct body { double x, y, z, vx, vy, vz, mass; } bodies[5];
static void set(int i, double x, double y, double z, double v, double mass) {
    bodies[i] = (struct body){x, y, z, v * y, -v * x, v * z, mass};
}
static NOINLINE void advance(double dt) {
    for (int i = 0; i < 5; i++) {
        struct body *a = &bodies[i];
        for (int j = i + 1; j < 5; j++) {
            struct body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz + 0.01;
            double magnitude = dt / (square * __builtin_sqrt(square));
            a->vx -= dx * b->mass * magnitude, a->vy -= dy * b->mass * magnitude, a->vz -= dz * b->mass * magnitude;
            b->vx += dx * a->mass * magnitude, b->vy += dy * a->mass * magnitude, b->vz += dz * a->mass * magnitude;
        }
    }
    for (int i = 0; i < 5; i++) {
        struct body *a = &bodies[i];
        a->x += dt * a->vx, a->y += dt * a->vy, a->z += dt * a->vz;
    }
}
EXPORT u32 run(void) {
    set(0, 0, 0, 0, 0, 40), set(1, 5, -1, 0.1, 0.5, 0.04), set(2, 8, 4, -0.4, 0.3, 0.01), set(3, 13, -15, -0.2, 0.2, 0.002), set(4, 15, -26, 0.2, 0.1, 0.002);
    for (u32 i = 0; i < size; i++) advance(0.001);
    double energy = 0;
    for (int i = 0; i < 5; i++) energy += bodies[i].mass * (bodies[i].vx * bodies[i].vx + bodies[i].vy * bodies[i].vy + bodies[i].vz * bodies[i].vz);
    return (u32)(energy * 1000);
}
