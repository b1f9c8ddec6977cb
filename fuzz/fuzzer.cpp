// In front of libFuzzer's main: `fuzz_TARGET --write-seeds=FOLDER` writes the seeds and does not fuzz.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view kFlag = "--write-seeds=";
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = (*argv)[i];
    if (!argument.starts_with(kFlag)) continue;
    const pitlane::Status written = pitlane::fuzz::write_seeds(argument.substr(kFlag.size()));
    if (!written.ok()) std::fprintf(stderr, "%s\n", written.error().message().c_str());
    std::exit(written.ok() ? 0 : 2);
  }
  return 0;
}
