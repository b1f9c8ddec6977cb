#include "pitlane/formats/onnx/metadata.h"

#include <array>
#include <charconv>
#include <cmath>
#include <tuple>
#include <utility>

namespace pitlane::onnx {
namespace {

constexpr const char* kVersionKey = "pitlane.version";
constexpr const char* kVersion = "1";
constexpr const char* kMetadataPrefix = "pitlane.metadata.";
constexpr int kMost = 256;  // inputs, outputs, states
constexpr std::array kKinds = {"image", "speed", "command", "light"};
std::string write(float value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}
std::string write(int value) { return std::to_string(value); }

template <typename T>
std::string write(const std::vector<T>& values) {
  std::string text;
  for (const T value : values) text += (text.empty() ? "" : " ") + write(value);
  return text;
}

template <typename T>
Result<std::vector<T>> parse_list(const std::string& key, const std::string& text) {
  std::vector<T> values;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto no_list = [&] { return corrupt("metadata " + key + ": '" + text + "' is no list of numbers"); };
  while (at < end) {
    T value{};
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || (next != end && *next != ' ')) return no_list();
    values.push_back(value);
    at = next == end ? end : next + 1;
  }
  return values;
}

class Reader {
 public:
  explicit Reader(const Properties& properties) : properties_(properties) {}

  [[nodiscard]] bool has(const std::string& key) const { return properties_.contains(key); }
  [[nodiscard]] std::string text(const std::string& key) const {
    const auto entry = properties_.find(key);
    return entry == properties_.end() ? "" : entry->second;
  }
  template <typename T>
  Result<std::vector<T>> list(const std::string& key) const {
    return parse_list<T>(key, text(key));
  }
  template <typename T>
  Result<std::vector<T>> list(const std::string& key, std::size_t count) const {
    PITLANE_TRY(const std::vector<T> values, parse_list<T>(key, text(key)));
    if (values.size() == count) return values;
    return corrupt("metadata " + key + ": '" + text(key) + "' must be " + std::to_string(count) + " numbers");
  }
  template <typename T>
  Result<T> number(const std::string& key) const {
    PITLANE_TRY(const std::vector<T> values, list<T>(key, 1));
    return values[0];
  }
  template <typename Names>
  Result<std::size_t> name(const std::string& key, const Names& names) const {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (text(key) == names[i]) return i;
    return corrupt("metadata " + key + ": '" + text(key) + "' is not known");
  }

 private:
  const Properties& properties_;
};

Result<Preprocessing> parse_preprocessing(const Reader& reader, const std::string& key) {
  Preprocessing p;
  PITLANE_TRY(const std::vector<int> source, reader.list<int>(key + "source", 2));
  PITLANE_TRY(const std::vector<int> crop, reader.list<int>(key + "crop", 4));
  PITLANE_TRY(const std::vector<int> size, reader.list<int>(key + "size", 2));
  PITLANE_TRY(const std::size_t format, reader.name(key + "colours", kPixelFormatNames));
  PITLANE_TRY(p.scale, reader.list<float>(key + "pixel_scale"));
  PITLANE_TRY(p.offset, reader.list<float>(key + "pixel_offset"));
  PITLANE_TRY(p.frames, reader.number<int>(key + "frames"));
  std::tie(p.source_width, p.source_height) = std::pair(source[0], source[1]);
  p.crop = {crop[0], crop[1], crop[2], crop[3]};
  std::tie(p.width, p.height) = std::pair(size[0], size[1]);
  p.format = static_cast<PixelFormat>(format);
  PITLANE_TRY_STATUS(validate(p));
  return p;
}

Result<InputNote> parse_input(const Reader& reader, const std::string& key) {
  InputNote note;
  note.spec.name = reader.text(key + "name");
  PITLANE_TRY(const std::size_t kind, reader.name(key + "kind", kKinds));
  note.spec.kind = static_cast<InputKind>(kind);
  PITLANE_TRY(note.spec.ages, reader.list<int>(key + "ages"));
  if (note.spec.kind == InputKind::kSpeed) {
    PITLANE_TRY(note.spec.scale, reader.number<float>(key + "scale"));
  }
  if (note.spec.kind != InputKind::kImage) return note;
  PITLANE_TRY(note.spec.preprocessing, parse_preprocessing(reader, key));
  PITLANE_TRY(const std::size_t layout, reader.name(key + "layout", std::array{"NHWC", "NCHW"}));
  note.channels_first = layout == 1;
  return note;
}

Result<OutputNote> parse_output(const Reader& reader, const std::string& key) {
  OutputNote note;
  note.spec.name = reader.text(key + "name");
  note.spec.unit = reader.text(key + "unit");
  note.tensor = reader.text(key + "tensor");
  PITLANE_TRY(note.spec.low, reader.number<float>(key + "low"));
  PITLANE_TRY(note.spec.high, reader.number<float>(key + "high"));
  PITLANE_TRY(note.spec.element, reader.number<int>(key + "element"));
  return note;
}

Result<StateNote> parse_state(const Reader& reader, const std::string& key) {
  return StateNote{reader.text(key + "name"), reader.text(key + "before"), reader.text(key + "after")};
}

template <typename T>
Status parse_all(const Reader& reader, const std::string& kind, Result<T> (*parse)(const Reader&, const std::string&),
                 std::vector<T>& notes) {
  for (int i = 0; i < kMost; ++i) {
    const std::string key = "pitlane." + kind + "." + std::to_string(i) + ".";
    if (!reader.has(key + "name")) return {};
    PITLANE_TRY(T note, parse(reader, key));
    notes.push_back(std::move(note));
  }
  return corrupt("metadata: more than " + std::to_string(kMost) + " of pitlane." + kind);
}

void write_preprocessing(const Preprocessing& p, const std::string& key, Properties& to) {
  to[key + "source"] = write(std::vector{p.source_width, p.source_height});
  to[key + "crop"] = write(std::vector{p.crop.x, p.crop.y, p.crop.width, p.crop.height});
  to[key + "size"] = write(std::vector{p.width, p.height});
  to[key + "colours"] = to_string(p.format);
  to[key + "pixel_scale"] = write(p.scale);
  to[key + "pixel_offset"] = write(p.offset);
  to[key + "frames"] = write(p.frames);
}

void write_input(const InputNote& note, const std::string& key, Properties& to) {
  to[key + "name"] = note.spec.name;
  to[key + "kind"] = kKinds[static_cast<std::size_t>(note.spec.kind)];
  to[key + "ages"] = write(note.spec.ages);
  if (note.spec.kind == InputKind::kSpeed) to[key + "scale"] = write(note.spec.scale);
  if (note.spec.kind != InputKind::kImage) return;
  write_preprocessing(note.spec.preprocessing, key, to);
  to[key + "layout"] = note.channels_first ? "NCHW" : "NHWC";
}

void write_output(const OutputNote& note, const std::string& key, Properties& to) {
  to[key + "name"] = note.spec.name;
  to[key + "unit"] = note.spec.unit;
  to[key + "low"] = write(note.spec.low);
  to[key + "high"] = write(note.spec.high);
  to[key + "tensor"] = note.tensor;
  to[key + "element"] = write(note.spec.element);
}

void write_state(const StateNote& note, const std::string& key, Properties& to) {
  to[key + "name"] = note.name;
  to[key + "before"] = note.before;
  to[key + "after"] = note.after;
}

template <typename T>
void write_all(const std::string& kind, void (*write_note)(const T&, const std::string&, Properties&),
               const std::vector<T>& notes, Properties& to) {
  for (std::size_t i = 0; i < notes.size(); ++i)
    write_note(notes[i], "pitlane." + kind + "." + std::to_string(i) + ".", to);
}

}  // namespace

bool has_notes(const Properties& properties) { return properties.contains(kVersionKey); }

Result<Notes> parse_notes(const Properties& properties) {
  const Reader reader(properties);
  if (reader.text(kVersionKey) != kVersion)
    return unsupported("metadata " + std::string(kVersionKey) + " is '" + reader.text(kVersionKey) +
                       "'; this program reads " + kVersion);
  Notes notes;
  notes.network = reader.text("pitlane.network");
  PITLANE_TRY_STATUS(parse_all(reader, "input", parse_input, notes.inputs));
  PITLANE_TRY_STATUS(parse_all(reader, "output", parse_output, notes.outputs));
  PITLANE_TRY_STATUS(parse_all(reader, "state", parse_state, notes.states));
  for (const auto& [key, value] : properties)
    if (key.starts_with(kMetadataPrefix)) notes.metadata[key.substr(std::string(kMetadataPrefix).size())] = value;
  return notes;
}

Properties write_notes(const Notes& notes) {
  Properties properties;
  properties[kVersionKey] = kVersion;
  properties["pitlane.network"] = notes.network;
  write_all("input", write_input, notes.inputs, properties);
  write_all("output", write_output, notes.outputs, properties);
  write_all("state", write_state, notes.states, properties);
  for (const auto& [key, value] : notes.metadata) properties[kMetadataPrefix + key] = value;
  return properties;
}

}  // namespace pitlane::onnx
