// JPEG by libjpeg-turbo. Its errors jump (longjmp): whatever has a destructor lives outside of the functions that are
// jumped out of, and those keep nothing in local variables that changes after setjmp.
#include <csetjmp>
#include <cstdio>  // jpeglib.h needs FILE
#include <cstring>

#include "pitlane/capture/decoders.h"

extern "C" {
#include <jerror.h>
#include <jpeglib.h>
}

namespace pitlane::capture {
namespace {

constexpr int kMostScans = 100;  // of a progressive picture; each costs as much as a whole one

// Plain data only; `errors` first, since the library hands back a pointer to it.
struct Job {
  jpeg_error_mgr errors;
  jpeg_decompress_struct jpeg;
  jpeg_source_mgr source;
  jpeg_progress_mgr progress;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

Job& job_of(j_common_ptr jpeg) { return *reinterpret_cast<Job*>(jpeg->err); }

[[noreturn]] void on_error(j_common_ptr jpeg) {
  Job& job = job_of(jpeg);
  job.errors.format_message(jpeg, job.message);
  std::longjmp(job.jump, 1);
}

// The library fills what is damaged with grey and carries on; a robot must not drive by that. Some cameras put stray
// bytes between segments, which changes nothing.
void on_message(j_common_ptr jpeg, int level) {
  if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA) on_error(jpeg);
}

[[noreturn]] void fail(j_decompress_ptr jpeg, const char* message) {
  Job& job = job_of(reinterpret_cast<j_common_ptr>(jpeg));
  std::strncpy(job.message, message, sizeof job.message - 1);
  std::longjmp(job.jump, 1);
}

void on_progress(j_common_ptr jpeg) {
  auto* decompress = reinterpret_cast<j_decompress_ptr>(jpeg);
  if (decompress->input_scan_number > kMostScans) fail(decompress, "too many scans");
}

void start_source(j_decompress_ptr /*jpeg*/) {}
boolean on_empty(j_decompress_ptr jpeg) { fail(jpeg, "the file ends too early"); }
void skip(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  if (static_cast<unsigned long>(count) > jpeg->src->bytes_in_buffer) fail(jpeg, "the file ends too early");
  jpeg->src->next_input_byte += count;
  jpeg->src->bytes_in_buffer -= static_cast<std::size_t>(count);
}
void end_source(j_decompress_ptr /*jpeg*/) {}

void prepare(Job& job, std::span<const std::byte> file) {
  job.jpeg.err = jpeg_std_error(&job.errors);
  job.errors.error_exit = on_error;
  job.errors.emit_message = on_message;
  job.source.next_input_byte = reinterpret_cast<const JOCTET*>(file.data());
  job.source.bytes_in_buffer = file.size();
  job.source.init_source = start_source;
  job.source.fill_input_buffer = on_empty;
  job.source.skip_input_data = skip;
  job.source.resync_to_restart = jpeg_resync_to_restart;
  job.source.term_source = end_source;
  job.progress.progress_monitor = on_progress;
}

bool read_header(Job& job) {
  if (setjmp(job.jump) != 0) return false;
  jpeg_create_decompress(&job.jpeg);
  job.jpeg.src = &job.source;
  job.jpeg.progress = &job.progress;
  jpeg_read_header(&job.jpeg, TRUE);
  job.jpeg.out_color_space = JCS_RGB;
  return true;
}

bool read_rows(Job& job, std::uint8_t* rgb, std::size_t row_bytes) {
  if (setjmp(job.jump) != 0) return false;
  jpeg_start_decompress(&job.jpeg);
  if (job.jpeg.output_components != 3) fail(&job.jpeg, "an unknown kind of pixels");
  while (job.jpeg.output_scanline < job.jpeg.output_height) {
    JSAMPROW row = rgb + job.jpeg.output_scanline * row_bytes;
    jpeg_read_scanlines(&job.jpeg, &row, 1);
  }
  jpeg_finish_decompress(&job.jpeg);
  return true;
}

// Frees what the library allocated, however the reading ended.
class Reader {
 public:
  explicit Reader(Job& job) : job_(job) {}
  ~Reader() { jpeg_destroy_decompress(&job_.jpeg); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

 private:
  Job& job_;
};

Error damaged(const Job& job) { return corrupt("damaged or truncated JPEG (" + std::string(job.message) + ")"); }

}  // namespace

Status decode_jpeg(std::span<const std::byte> file, const FrameSize& expected, std::vector<std::uint8_t>& rgb) {
  Job job{};
  prepare(job, file);
  const Reader reader(job);
  if (!read_header(job)) return damaged(job);
  const FrameSize found{static_cast<int>(job.jpeg.image_width), static_cast<int>(job.jpeg.image_height)};
  if (found != expected) return wrong_size(found, expected);
  rgb.resize(rgb_bytes(expected));
  if (!read_rows(job, rgb.data(), static_cast<std::size_t>(expected.width) * 3)) return damaged(job);
  return {};
}

}  // namespace pitlane::capture
