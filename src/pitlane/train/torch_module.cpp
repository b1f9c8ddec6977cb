#include "pitlane/train/torch_module.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace pitlane {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFile = "libpitlane_torch.so";

/// Where it may lie: beside the program, where it is installed, and for tests and benchmarks at the top of the build
/// that they are part of. Nothing else: neither the environment nor the current folder, nor a build's place that
/// somebody else may fill once the program has left it, can make us load their code.
std::vector<fs::path> places() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  std::vector<fs::path> out = {program / kFile, program.parent_path() / "lib/pitlane" / kFile};
  const fs::path build = PITLANE_BUILD_FOLDER;
  if (std::ranges::mismatch(build, program).in1 == build.end()) out.push_back(build / kFile);
  return out;
}

Error cannot_load(const std::string& why) {
  return unsupported("training needs LibTorch, which cannot be loaded: " + why);
}

struct Module {
  TorchModuleMake make = nullptr;
};

Result<Module> load_module() {
  for (const fs::path& path : places()) {
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    void* const module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) return cannot_load(::dlerror());
    const auto* types = static_cast<const char* const*>(::dlsym(module, kTorchModuleTypes));
    if (types == nullptr || std::string(*types) != PITLANE_SHARED_TYPES)
      return cannot_load(path.string() + " belongs to another build of Pitlane; build or install again");
    const auto make = reinterpret_cast<TorchModuleMake>(::dlsym(module, kTorchModuleMake));
    if (make == nullptr) return cannot_load(path.string() + " is damaged; build or install again");
    return Module{make};
  }
  return unsupported("training needs LibTorch, and there is no " + std::string(kFile) +
                     " beside the program; install libtorch-dev and build again");
}

}  // namespace

Result<std::unique_ptr<TorchModel>> make_torch_model(const Network& network, const TorchModelOptions& options) {
  static const Result<Module> module = load_module();
  if (!module.ok()) return module.error();
  MadeTorchModel made;
  module->make(network, options, made);
  return *std::move(made);
}

}  // namespace pitlane
