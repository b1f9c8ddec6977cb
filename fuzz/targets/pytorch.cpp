// PyTorch's files, both containers. The input is the pickle alone where it does not begin as an archive: in one, a
// fuzzer would end at the checksums.
#include "formats/pytorch/torch_writer.h"
#include "fuzz/models.h"

namespace pitlane::fuzz {
namespace {

constexpr const char* kLayers = R"(inputs: [{kind: picture, width: 4, height: 3}]
layers: [{layer: conv, weights: conv, padding: 1}, {layer: relu}, {layer: flatten}, {layer: linear, weights: fc}]
)";

TorchFile small_file() {
  TorchFile file;
  file.add("conv.weight", {2, 3, 3, 3}, std::vector<float>(54, 0.1F));
  file.add("conv.bias", {2}, {0.5F, -0.5F});
  file.add("fc.weight", {2, 24}, std::vector<float>(48, -0.1F));
  file.add("fc.bias", {2}, {0, 1});
  return file;
}

}  // namespace

void run(Bytes input) {
  static const Scratch scratch;
  ImportOptions options;
  options.architecture = scratch.put("layers.yaml", kLayers);
  static const TorchFile file = small_file();
  const bool whole = text(input).starts_with("PK") || text(input).starts_with(TorchFile::legacy_head().substr(0, 8));
  if (whole) return import_and_check("model.pth", input, options);
  import_and_check("model.pth", fuzz::bytes_of(file.zip(std::string(text(input)))), options);
}

void add_seeds(Seeds& seeds) {
  const TorchFile file = small_file();
  seeds.add("archive.pth", file.zip());
  seeds.add("legacy.pth", file.legacy());
  seeds.add("pickle", whole_pickle(file.state_dict()));
  seeds.add("with-optimizer", whole_pickle("}(" + pickled("state_dict") + file.state_dict() + pickled("epoch") +
                                           pickled(3) + pickled("optimizer") + "}u"));
}

}  // namespace pitlane::fuzz
