// Marks a function whose loops the compiler should turn into vector code for several instruction sets.
#pragma once

// One copy of the loops per instruction set, chosen when the program is loaded. All copies give the same bits: the
// build forbids fused multiply-add. Sanitizers run before such choices can be made, so they get the plain one, and so
// does clang, which builds nothing but fuzz targets.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define PITLANE_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PITLANE_VECTOR_CLONES
#endif
