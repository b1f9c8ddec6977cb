// What the static libraries would drag into pitlane-run though it never calls it: the encoders of libjpeg-turbo and
// libpng, scanf (libjpeg asks an environment variable for a limit of memory, which decode_picture has by other means),
// and the names of exceptions in words. Together 350 KB of what a robot has to store.
//
// A linker fetches a part of a library for a name that nobody has defined, so these names are defined here. They are
// weak: where a part is fetched for another reason, the library's own definition wins. Those that run at all are right
// as they stand; the others would stop the program, which no test has seen.
#include <cstdlib>

#define PITLANE_UNUSED(name)                                  \
  extern "C" __attribute__((weak)) void name();               \
  extern "C" __attribute__((weak)) void name() { ::abort(); } \
  static_assert(true)

// The handler that would print the type of an exception that nobody catches; main catches all.
namespace __gnu_cxx {
void __verbose_terminate_handler();
__attribute__((weak)) void __verbose_terminate_handler() { ::abort(); }
}  // namespace __gnu_cxx

// "Nothing was read": libjpeg then takes the limit that it has.
extern "C" __attribute__((weak)) int __isoc99_sscanf(const char* text, const char* format, ...);
extern "C" __attribute__((weak)) int __isoc99_sscanf(const char* /*text*/, const char* /*format*/, ...) { return 0; }

// libpng's writer, as its reader's files name it.
PITLANE_UNUSED(png_destroy_write_struct);
PITLANE_UNUSED(png_free_buffer_list);
PITLANE_UNUSED(png_save_uint_32);

#if defined(__x86_64__)
// libjpeg-turbo's encoder for SSE2 and AVX2, which the table of its decoder names as well.
PITLANE_UNUSED(jconst_fdct_float_sse);
PITLANE_UNUSED(jconst_fdct_ifast_sse2);
PITLANE_UNUSED(jconst_fdct_islow_avx2);
PITLANE_UNUSED(jconst_fdct_islow_sse2);
PITLANE_UNUSED(jconst_huff_encode_one_block);
PITLANE_UNUSED(jsimd_convsamp_avx2);
PITLANE_UNUSED(jsimd_convsamp_float_sse2);
PITLANE_UNUSED(jsimd_convsamp_sse2);
PITLANE_UNUSED(jsimd_encode_mcu_AC_first_prepare_sse2);
PITLANE_UNUSED(jsimd_encode_mcu_AC_refine_prepare_sse2);
PITLANE_UNUSED(jsimd_fdct_float_sse);
PITLANE_UNUSED(jsimd_fdct_ifast_sse2);
PITLANE_UNUSED(jsimd_fdct_islow_avx2);
PITLANE_UNUSED(jsimd_fdct_islow_sse2);
PITLANE_UNUSED(jsimd_h2v1_downsample_avx2);
PITLANE_UNUSED(jsimd_h2v1_downsample_sse2);
PITLANE_UNUSED(jsimd_h2v2_downsample_avx2);
PITLANE_UNUSED(jsimd_h2v2_downsample_sse2);
PITLANE_UNUSED(jsimd_huff_encode_one_block_sse2);
PITLANE_UNUSED(jsimd_quantize_avx2);
PITLANE_UNUSED(jsimd_quantize_float_sse2);
PITLANE_UNUSED(jsimd_quantize_sse2);

#define PITLANE_UNUSED_COLOURS(from)            \
  PITLANE_UNUSED(jconst_##from##_convert_avx2); \
  PITLANE_UNUSED(jconst_##from##_convert_sse2)
PITLANE_UNUSED_COLOURS(rgb_gray);
PITLANE_UNUSED_COLOURS(rgb_ycc);
#undef PITLANE_UNUSED_COLOURS
#define PITLANE_UNUSED_COLOURS(order)                \
  PITLANE_UNUSED(jsimd_##order##_gray_convert_avx2); \
  PITLANE_UNUSED(jsimd_##order##_gray_convert_sse2); \
  PITLANE_UNUSED(jsimd_##order##_ycc_convert_avx2);  \
  PITLANE_UNUSED(jsimd_##order##_ycc_convert_sse2)
PITLANE_UNUSED_COLOURS(rgb);
PITLANE_UNUSED_COLOURS(extrgb);
PITLANE_UNUSED_COLOURS(extrgbx);
PITLANE_UNUSED_COLOURS(extbgr);
PITLANE_UNUSED_COLOURS(extbgrx);
PITLANE_UNUSED_COLOURS(extxbgr);
PITLANE_UNUSED_COLOURS(extxrgb);
#endif
