// A large function: 20 kB of WebAssembly.
#define BLOCKS 100
#define ALL_STATES STATES100(0)
#include "large.h"
