#include "pitlane/engine/step_cost.h"

#include <cctype>

namespace pitlane {

StepInfo move_info(const std::string& work, const Picture& from, std::size_t from_bytes, const Picture& to,
                   std::size_t to_bytes) {
  return {.work = work, .read_bytes = from.inside() * from_bytes, .written_bytes = to.inside() * to_bytes};
}

StepInfo move_info(const std::string& work, const Picture& from, const Picture& to) {
  return move_info(work, from, kRealBytes, to, kRealBytes);
}

StepInfo border_info(const Picture& picture, std::size_t bytes) {
  return {.work = "border", .written_bytes = (picture.elements() - picture.inside()) * bytes};
}

StepInfo layer_info(const LayerShape& shape, Arithmetic arithmetic, std::int64_t macs, std::size_t read_bytes,
                    std::size_t written_bytes) {
  const std::string kind = shape.dense ? "dense" : shape.groups > 1 ? "grouped conv" : "conv";
  return {.work = kind + " " + to_string(arithmetic),
          .arithmetic = arithmetic,
          .macs = macs,
          .read_bytes = read_bytes,
          .written_bytes = written_bytes};
}

StepInfo op_info(const Op& op, const std::vector<Picture>& from, const Picture& to) {
  StepInfo info{.written_bytes = to.inside() * kRealBytes};
  for (const char* c = op_name(op); *c != 0; ++c)
    info.work += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
  for (const Picture& picture : from) info.read_bytes += picture.inside() * kRealBytes;
  return info;
}

}  // namespace pitlane
