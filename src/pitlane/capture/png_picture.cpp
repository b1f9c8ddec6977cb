// PNG by libpng. Its errors jump (longjmp): whatever has a destructor lives outside of the functions that are jumped
// out of, and those keep nothing in local variables that changes after setjmp.
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>

#include "pitlane/capture/decoders.h"

namespace pitlane::capture {
namespace {

constexpr png_uint_32 kLargestSide = 1 << 14;
constexpr png_alloc_size_t kLargestChunk_bytes = 1 << 20;
constexpr png_uint_32 kMostTextChunks = 16;

// Plain data only.
struct Job {
  const png_byte* next;
  std::size_t left;
  png_structp png;
  png_infop info;
  FrameSize expected, found;
  char message[128];
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  Job& job = *static_cast<Job*>(png_get_error_ptr(png));
  std::strncpy(job.message, message, sizeof job.message - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}

void on_read(png_structp png, png_bytep to, png_size_t size) {
  Job& job = *static_cast<Job*>(png_get_io_ptr(png));
  if (size > job.left) png_error(png, "the file ends too early");
  std::memcpy(to, job.next, size);
  job.next += size;
  job.left -= size;
}

// What is only told about the picture is not read: it may unpack to anything.
void set_limits(png_structp png) {
  png_set_user_limits(png, kLargestSide, kLargestSide);
  png_set_chunk_cache_max(png, kMostTextChunks);
  png_set_chunk_malloc_max(png, kLargestChunk_bytes);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
}

void set_rgb(png_structp png, png_infop info) {
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

enum class Outcome { kDone, kWrongSize, kFailed };

Outcome read_header(Job& job) {
  if (setjmp(png_jmpbuf(job.png)) != 0) return Outcome::kFailed;
  set_limits(job.png);
  png_set_read_fn(job.png, &job, on_read);
  png_read_info(job.png, job.info);
  job.found = {static_cast<int>(png_get_image_width(job.png, job.info)),
               static_cast<int>(png_get_image_height(job.png, job.info))};
  if (job.found != job.expected) return Outcome::kWrongSize;
  set_rgb(job.png, job.info);
  if (png_get_rowbytes(job.png, job.info) != static_cast<std::size_t>(job.expected.width) * 3)
    png_error(job.png, "an unknown kind of pixels");
  return Outcome::kDone;
}

Outcome read_rows(Job& job, int passes, std::uint8_t* rgb) {
  if (setjmp(png_jmpbuf(job.png)) != 0) return Outcome::kFailed;
  const std::size_t row_bytes = static_cast<std::size_t>(job.expected.width) * 3;
  for (int pass = 0; pass < passes; ++pass)
    for (int y = 0; y < job.expected.height; ++y)
      png_read_row(job.png, rgb + static_cast<std::size_t>(y) * row_bytes, nullptr);
  png_read_end(job.png, nullptr);
  return Outcome::kDone;
}

// Frees what libpng allocated, however the reading ended.
class Reader {
 public:
  explicit Reader(Job& job) : job_(job) {
    job.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &job, on_error, on_warning);
    if (job.png != nullptr) job.info = png_create_info_struct(job.png);
  }
  ~Reader() { png_destroy_read_struct(&job_.png, &job_.info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  [[nodiscard]] bool ready() const { return job_.info != nullptr; }

 private:
  Job& job_;
};

}  // namespace

Status decode_png(std::span<const std::byte> file, const FrameSize& expected, std::vector<std::uint8_t>& rgb) {
  Job job{};
  job.next = reinterpret_cast<const png_byte*>(file.data());
  job.left = file.size();
  job.expected = expected;
  const Reader reader(job);
  if (!reader.ready()) return io_error("PNG: out of memory");
  Outcome outcome = read_header(job);
  if (outcome == Outcome::kWrongSize) return wrong_size(job.found, expected);
  if (outcome == Outcome::kDone) {
    rgb.resize(rgb_bytes(expected));
    const int passes = png_get_interlace_type(job.png, job.info) == PNG_INTERLACE_NONE ? 1 : PNG_INTERLACE_ADAM7_PASSES;
    outcome = read_rows(job, passes, rgb.data());
  }
  if (outcome != Outcome::kDone) return corrupt("damaged or truncated PNG (" + std::string(job.message) + ")");
  return {};
}

}  // namespace pitlane::capture
