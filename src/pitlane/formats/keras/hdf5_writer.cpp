#include "pitlane/formats/keras/hdf5_writer.h"

#include <hdf5.h>

#include <algorithm>
#include <set>

namespace pitlane::keras {
namespace {

/// Closes what it holds.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  [[nodiscard]] hid_t id() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

hid_t file_in_memory() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  constexpr std::size_t kStep = std::size_t{1} << 20;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access.id(), kStep, 0);
  return H5Fcreate("model.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access.id());
}

std::vector<std::vector<std::string>> chunks_of(const std::vector<std::string>& values, std::size_t width) {
  constexpr std::size_t kLargest = 64512;  // Keras' bound for an attribute, bytes
  const std::size_t per_chunk = std::max<std::size_t>(1, kLargest / width);
  std::vector<std::vector<std::string>> chunks;
  for (std::size_t i = 0; i < values.size(); i += per_chunk)
    chunks.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(i),
                        values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), i + per_chunk)));
  return chunks;
}

}  // namespace

struct Hdf5Writer::State {
  Handle file{file_in_memory(), H5Fclose};
  std::set<std::string> groups;
  std::string failed;

  void check(bool good, const std::string& what) {
    if (!good && failed.empty()) failed = what;
  }

  void attribute(const std::string& path, const std::string& name, hid_t type, hid_t space, const void* data) {
    const Handle object(H5Oopen(file.id(), path.empty() ? "/" : path.c_str(), H5P_DEFAULT), H5Oclose);
    const Handle made(H5Acreate2(object.id(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    check(made.id() >= 0 && H5Awrite(made.id(), type, data) >= 0, "attribute '" + name + "' of '" + path + "'");
  }
};

Hdf5Writer::Hdf5Writer() : state_(std::make_unique<State>()) { state_->check(state_->file.id() >= 0, "the file"); }
Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::group(const std::string& path) {
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (!part.empty() && state_->groups.insert(part).second) {
      const Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
      H5Pset_obj_track_times(properties.id(), 0);
      const Handle made(H5Gcreate2(state_->file.id(), part.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                        H5Gclose);
      state_->check(made.id() >= 0, "group '" + part + "'");
    }
    if (end == std::string::npos) return;
  }
}

void Hdf5Writer::floats(const std::string& path, const Shape& shape, std::span<const float> values) {
  if (const std::size_t slash = path.rfind('/'); slash != std::string::npos) group(path.substr(0, slash));
  std::vector<hsize_t> sizes(shape.begin(), shape.end());
  const Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose);
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.id(), 0);
  const Handle made(H5Dcreate2(state_->file.id(), path.c_str(), H5T_IEEE_F32LE, space.id(), H5P_DEFAULT,
                               properties.id(), H5P_DEFAULT),
                    H5Dclose);
  state_->check(
      made.id() >= 0 && H5Dwrite(made.id(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0,
      "data set '" + path + "'");
}

void Hdf5Writer::text(const std::string& path, const std::string& name, const std::string& value) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const char* data = value.c_str();
  state_->attribute(path, name, type.id(), space.id(), &data);
}

void Hdf5Writer::texts(const std::string& path, const std::string& name, const std::vector<std::string>& values) {
  std::size_t width = 1;
  for (const std::string& value : values) width = std::max(width, value.size());
  const auto chunks = chunks_of(values, width);
  if (chunks.empty()) {  // an empty list, as NumPy writes it
    const hsize_t none = 0;
    const Handle space(H5Screate_simple(1, &none, nullptr), H5Sclose);
    return state_->attribute(path, name, H5T_IEEE_F64LE, space.id(), &none);
  }
  for (std::size_t c = 0; c < chunks.size(); ++c) {
    std::string packed(chunks[c].size() * width, '\0');
    for (std::size_t i = 0; i < chunks[c].size(); ++i) chunks[c][i].copy(packed.data() + i * width, width);
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.id(), width);
    H5Tset_strpad(type.id(), H5T_STR_NULLPAD);
    const hsize_t count = chunks[c].size();
    const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
    state_->attribute(path, chunks.size() == 1 ? name : name + std::to_string(c), type.id(), space.id(), packed.data());
  }
}

void Hdf5Writer::integers(const std::string& path, const std::string& name, const std::vector<std::int64_t>& values) {
  const hsize_t count = values.size();
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  state_->attribute(path, name, H5T_STD_I64LE, space.id(), values.data());
}

void Hdf5Writer::flag(const std::string& path, const std::string& name, bool value) {
  const Handle type(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose);
  const std::int8_t no = 0, yes = 1;
  H5Tenum_insert(type.id(), "FALSE", &no);
  H5Tenum_insert(type.id(), "TRUE", &yes);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  state_->attribute(path, name, type.id(), space.id(), value ? &yes : &no);
}

Result<std::vector<std::byte>> Hdf5Writer::finish() && {
  if (!state_->failed.empty()) return io_error("libhdf5 could not write " + state_->failed + "; is memory short?");
  H5Fflush(state_->file.id(), H5F_SCOPE_GLOBAL);
  const ssize_t size = H5Fget_file_image(state_->file.id(), nullptr, 0);
  if (size <= 0) return io_error("libhdf5 could not finish the file; is memory short?");
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  if (H5Fget_file_image(state_->file.id(), bytes.data(), bytes.size()) != size)
    return io_error("libhdf5 could not finish the file; is memory short?");
  return bytes;
}

}  // namespace pitlane::keras
