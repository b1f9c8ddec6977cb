// libpitlane_mp4.so: pictures in, an MP4 file in memory out, by the C interface of libavcodec, libavformat, libswscale.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/video/mp4_functions.h"

namespace {

constexpr int kBuffer_bytes = 1 << 16;
constexpr std::int64_t kMost_bytes = std::int64_t{1} << 31;
constexpr int kSecondsBetweenKeyFrames = 5;  // where a player can jump to
constexpr double kBufferOfBits_s = 2;        // how far the rate may swing about its limit

// A file that grows in memory. Several readers and writers may stand at different places of it.
struct MemoryFile {
  std::vector<std::uint8_t> bytes;
};

struct Cursor {
  MemoryFile* file;
  std::int64_t at = 0;
};

int read_some(void* opaque, std::uint8_t* to, int size) {
  auto& cursor = *static_cast<Cursor*>(opaque);
  const auto left = static_cast<std::int64_t>(cursor.file->bytes.size()) - cursor.at;
  if (left <= 0) return AVERROR_EOF;
  const auto count = static_cast<int>(std::min<std::int64_t>(left, size));
  std::copy_n(cursor.file->bytes.begin() + cursor.at, count, to);
  cursor.at += count;
  return count;
}

int write_all(void* opaque, std::uint8_t* from, int size) {
  auto& cursor = *static_cast<Cursor*>(opaque);
  auto& bytes = cursor.file->bytes;
  const std::int64_t end = cursor.at + size;
  if (end > kMost_bytes) return AVERROR(EFBIG);
  try {
    if (end > static_cast<std::int64_t>(bytes.size())) bytes.resize(static_cast<std::size_t>(end));
  } catch (const std::exception&) {
    return AVERROR(ENOMEM);
  }
  std::copy_n(from, size, bytes.begin() + cursor.at);
  cursor.at = end;
  return size;
}

std::int64_t seek(void* opaque, std::int64_t offset, int whence) {
  auto& cursor = *static_cast<Cursor*>(opaque);
  const auto size = static_cast<std::int64_t>(cursor.file->bytes.size());
  if ((whence & AVSEEK_SIZE) != 0) return size;
  const std::int64_t from = whence == SEEK_CUR ? cursor.at : whence == SEEK_END ? size : 0;
  if (from + offset < 0) return AVERROR(EINVAL);
  return cursor.at = from + offset;
}

void close_io(AVIOContext* io) {
  if (io == nullptr) return;
  delete static_cast<Cursor*>(io->opaque);
  av_freep(&io->buffer);
  avio_context_free(&io);
}

AVIOContext* open_io(MemoryFile& file, bool write) {
  auto cursor = std::make_unique<Cursor>(Cursor{&file});
  auto* const buffer = static_cast<std::uint8_t*>(av_malloc(kBuffer_bytes));
  if (buffer == nullptr) return nullptr;
  AVIOContext* const io =
      avio_alloc_context(buffer, kBuffer_bytes, write ? 1 : 0, cursor.get(), read_some, write_all, seek);
  if (io == nullptr)
    av_free(buffer);
  else
    static_cast<void>(cursor.release());  // close_io deletes it
  return io;
}

// To put its index in front of the pictures, the muxer opens what it has written once more.
int reopen(AVFormatContext* format, AVIOContext** io, const char* /*url*/, int /*flags*/, AVDictionary** /*options*/) {
  *io = open_io(*static_cast<MemoryFile*>(format->opaque), false);
  return *io == nullptr ? AVERROR(ENOMEM) : 0;
}

int close_again(AVFormatContext* /*format*/, AVIOContext* io) {
  close_io(io);
  return 0;
}

struct Failure {
  std::string what;
  int code = 0;
  [[nodiscard]] std::string text() const {
    char reason[AV_ERROR_MAX_STRING_SIZE] = "";
    return code == 0 ? what : what + ": " + (av_strerror(code, reason, sizeof reason), reason);
  }
};

void check(int code, const char* what) {
  if (code < 0) throw Failure{what, code};
}

template <typename T>
T* made(T* thing, const char* what) {
  if (thing == nullptr) throw Failure{what, AVERROR(ENOMEM)};
  return thing;
}

}  // namespace

struct PitlaneMp4 {
  explicit PitlaneMp4(const PitlaneMp4Options& options) : options_(options) {
    try {
      open_encoder();
      open_file();
      frame_ = made(av_frame_alloc(), "frame");
      frame_->format = AV_PIX_FMT_YUV420P;
      frame_->width = options.width, frame_->height = options.height;
      check(av_frame_get_buffer(frame_, 0), "frame");
      packet_ = made(av_packet_alloc(), "packet");
      open_scaler();
    } catch (...) {
      close();
      throw;
    }
  }
  ~PitlaneMp4() { close(); }
  PitlaneMp4(const PitlaneMp4&) = delete;
  PitlaneMp4& operator=(const PitlaneMp4&) = delete;

  void add(const std::uint8_t* rgb, std::ptrdiff_t stride_bytes) {
    check(av_frame_make_writable(frame_), "frame");
    const std::uint8_t* const source[] = {rgb};
    const int strides[] = {static_cast<int>(stride_bytes)};
    check(sws_scale(scaler_, source, strides, 0, options_.height, frame_->data, frame_->linesize), "colours");
    frame_->pts = frames_++;
    encode(frame_);
  }

  const std::vector<std::uint8_t>& finish() {
    encode(nullptr);
    check(av_write_trailer(format_), "end of the file");
    avio_flush(format_->pb);
    check(format_->pb->error, "end of the file");
    return file_.bytes;
  }

 private:
  void open_encoder() {
    const AVCodec* const codec = avcodec_find_encoder_by_name("libx264");
    if (codec == nullptr) throw Failure{"this libavcodec has no libx264; use Debian's, or one that was built with it"};
    encoder_ = made(avcodec_alloc_context3(codec), "encoder");
    encoder_->width = options_.width, encoder_->height = options_.height;
    encoder_->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder_->time_base = {1, options_.frames_per_second};
    encoder_->framerate = {options_.frames_per_second, 1};
    encoder_->gop_size = kSecondsBetweenKeyFrames * options_.frames_per_second;
    encoder_->color_range = AVCOL_RANGE_MPEG;
    encoder_->color_primaries = AVCOL_PRI_BT709;
    encoder_->color_trc = AVCOL_TRC_BT709;
    encoder_->colorspace = AVCOL_SPC_SMPTE170M;  // of BT.601, which decoders assume that look at no label
    encoder_->thread_count = 1;
    encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    if (options_.most_bits_per_s > 0) {
      encoder_->rc_max_rate = options_.most_bits_per_s;
      encoder_->rc_buffer_size = static_cast<int>(kBufferOfBits_s * options_.most_bits_per_s);
    }
    void* const own = encoder_->priv_data;
    check(av_opt_set(own, "preset", "veryfast", 0), "preset");
    check(av_opt_set(own, "profile", "main", 0), "profile");
    check(av_opt_set_double(own, "crf", options_.quality, 0), "quality");
    // What an encoder decides may depend neither on the processor nor on who finishes first.
    check(av_opt_set(own, "x264-params", "cpu-independent=1:sync-lookahead=0", 0), "reproducibility");
    check(avcodec_open2(encoder_, codec, nullptr), "encoder");
  }

  void open_file() {
    check(avformat_alloc_output_context2(&format_, nullptr, "mp4", "video.mp4"), "file");
    format_->opaque = &file_;
    format_->io_open = reopen;
    format_->io_close2 = close_again;
    format_->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
    format_->pb = made(open_io(file_, true), "file");
    stream_ = made(avformat_new_stream(format_, nullptr), "stream");
    stream_->time_base = encoder_->time_base;
    stream_->avg_frame_rate = encoder_->framerate;
    check(avcodec_parameters_from_context(stream_->codecpar, encoder_), "stream");
    AVDictionary* settings = nullptr;
    av_dict_set(&settings, "movflags", "+faststart", 0);
    const int code = avformat_write_header(format_, &settings);
    av_dict_free(&settings);
    check(code, "beginning of the file");
  }

  void open_scaler() {
    scaler_ = made(
        sws_getContext(options_.width, options_.height, AV_PIX_FMT_RGB24, options_.width, options_.height,
                       AV_PIX_FMT_YUV420P, SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT, nullptr, nullptr, nullptr),
        "colours");
    const int* const bt601 = sws_getCoefficients(SWS_CS_SMPTE170M);
    const int one = 1 << 16;
    check(sws_setColorspaceDetails(scaler_, bt601, 1, bt601, 0, 0, one, one), "colours");
  }

  // Null: no more pictures come.
  void encode(const AVFrame* frame) {
    check(avcodec_send_frame(encoder_, frame), "picture");
    for (;;) {
      const int code = avcodec_receive_packet(encoder_, packet_);
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
      check(code, "picture");
      packet_->duration = 1;
      packet_->stream_index = stream_->index;
      av_packet_rescale_ts(packet_, encoder_->time_base, stream_->time_base);
      check(av_interleaved_write_frame(format_, packet_), "file");
    }
  }

  void close() {
    sws_freeContext(scaler_);
    av_packet_free(&packet_);
    av_frame_free(&frame_);
    avcodec_free_context(&encoder_);
    if (format_ != nullptr) close_io(format_->pb);
    avformat_free_context(format_);
  }

  PitlaneMp4Options options_;
  MemoryFile file_;
  AVCodecContext* encoder_ = nullptr;
  AVFormatContext* format_ = nullptr;
  AVStream* stream_ = nullptr;
  AVFrame* frame_ = nullptr;
  AVPacket* packet_ = nullptr;
  SwsContext* scaler_ = nullptr;
  std::int64_t frames_ = 0;
};

namespace {

// Runs `work`; what it throws becomes a line of text.
template <typename Work>
bool guarded(char* error, std::size_t error_size, const Work& work) {
  try {
    work();
    return true;
  } catch (const Failure& failure) {
    std::snprintf(error, error_size, "%s", failure.text().c_str());
  } catch (const std::exception& exception) {
    std::snprintf(error, error_size, "%s", exception.what());
  }
  return false;
}

PitlaneMp4* open_mp4(const PitlaneMp4Options* options, char* error, std::size_t error_size) {
  av_log_set_level(AV_LOG_QUIET);  // errors come back as values
  PitlaneMp4* mp4 = nullptr;
  guarded(error, error_size, [&] { mp4 = new PitlaneMp4(*options); });
  return mp4;
}

int add_picture(PitlaneMp4* mp4, const std::uint8_t* rgb, std::ptrdiff_t stride_bytes, char* error,
                std::size_t error_size) {
  return guarded(error, error_size, [&] { mp4->add(rgb, stride_bytes); }) ? 1 : 0;
}

int finish_mp4(PitlaneMp4* mp4, const std::uint8_t** bytes, std::size_t* size, char* error, std::size_t error_size) {
  const auto work = [&] {
    const std::vector<std::uint8_t>& whole = mp4->finish();
    *bytes = whole.data();
    *size = whole.size();
  };
  return guarded(error, error_size, work) ? 1 : 0;
}

void close_mp4(PitlaneMp4* mp4) { delete mp4; }

}  // namespace

extern "C" {
extern const PitlaneMp4Functions pitlane_mp4_functions;
const PitlaneMp4Functions pitlane_mp4_functions = {PITLANE_MP4_VERSION, open_mp4, add_picture, finish_mp4, close_mp4};
}
