// A large function: 50 kB of WebAssembly.
#define BLOCKS 300
#define ALL_STATES STATES100(0) STATES100(100) STATES100(200)
#include "large.h"
