#include "pitlane/engine/tensor_forms.h"

#include <utility>

#include "pitlane/core/result.h"
#include "pitlane/engine/data_steps.h"
#include "pitlane/engine/quantization.h"
#include "pitlane/engine/step_cost.h"

namespace pitlane {
namespace {

bool is_bytes(Form::Kind kind) { return kind == Form::Kind::kStatic || kind == Form::Kind::kMeasured; }

/// What each byte of an image becomes under `quantization`, per channel.
std::vector<std::array<std::uint8_t, 256>> lookup_tables(const Preprocessing& preprocessing,
                                                         const ActivationQuantization& quantization) {
  std::vector<std::array<std::uint8_t, 256>> tables;
  for (std::size_t c = 0; c < preprocessing.scale.size(); ++c) {
    std::array<std::uint8_t, 256>& table = tables.emplace_back();
    for (int byte = 0; byte < 256; ++byte) {
      const float real = static_cast<float>(byte) * preprocessing.scale[c] + preprocessing.offset[c];
      table[byte] = quantize_value(real, quantization);
    }
  }
  return tables;
}

std::vector<float> repeated(const std::vector<float>& values, int times) {
  std::vector<float> all;
  for (int i = 0; i < times; ++i) all.insert(all.end(), values.begin(), values.end());
  return all;
}

std::size_t element_bytes(Form::Kind kind) { return is_bytes(kind) ? kByteBytes : kRealBytes; }

}  // namespace

void TensorForms::work_for(StepInfo::Owner owner, const std::string& name) {
  owner_ = owner;
  owner_name_ = name;
}

void TensorForms::add(std::unique_ptr<Step> step, StepInfo info) {
  info.owner = owner_;
  info.name = owner_name_;
  info.weight_bytes = step->weight_bytes();
  infos_.push_back(std::move(info));
  for (const BufferId buffer : step->buffers()) arena_.use(buffer, static_cast<int>(steps_.size()));
  steps_.push_back(std::move(step));
}

const Tensor* TensorForms::find(ValueId value, const Form& form) const {
  for (const Entry& entry : entries_)
    if (entry.value == value && entry.form == form) return &entry.tensor;
  return nullptr;
}

const TensorForms::Entry* TensorForms::find_bytes(ValueId value) const {
  for (const Entry& entry : entries_) {
    const Form plain{.kind = Form::Kind::kStatic, .padding = {}, .quantization = entry.form.quantization};
    if (entry.value == value && entry.form == plain) return &entry;
  }
  return nullptr;
}

Tensor& TensorForms::remember(ValueId value, const Form& form, const Picture& picture) {
  return entries_.emplace_back(Entry{value, form, {picture, -1}}).tensor;
}

Picture TensorForms::empty_picture(ValueId value, const Form& form) {
  Picture picture = picture_of(form.shape.empty() ? network_.values[value].shape : form.shape);
  picture.padding = form.padding;
  picture.buffer = arena_.add(picture.elements() * element_bytes(form.kind));
  return picture;
}

Picture TensorForms::create(ValueId value, const Form& form) {
  PITLANE_CHECK(form.kind != Form::Kind::kMeasured);
  const Picture picture = empty_picture(value, form);
  remember(value, form, picture);
  if (!picture.padded()) return picture;
  if (form.kind != Form::Kind::kStatic) {
    add(make_border(picture, form.border), border_info(picture, kRealBytes));
    return picture;
  }
  std::vector<std::uint8_t> bytes;
  for (const float x : form.border) bytes.push_back(quantize_value(x, *form.quantization));
  add(make_border(picture, std::move(bytes)), border_info(picture, kByteBytes));
  return picture;
}

Picture TensorForms::create_persistent(ValueId value) {
  Picture picture = picture_of(network_.values[value].shape);
  picture.buffer = arena_.add_persistent(picture.elements() * sizeof(float));
  remember(value, Form{}, picture);
  return picture;
}

void TensorForms::make_from_image(const InputSpec& spec, int input, const Form& form, const Picture& to) {
  if (form.kind == Form::Kind::kRaw)
    return add(make_image_widen(input, to, kernels_), move_info("widen", to, kByteBytes, to, kRealBytes));
  if (form.kind == Form::Kind::kStatic) {
    if (form.quantization == image_quantization(spec.preprocessing))
      return add(make_image_copy(input, to), move_info("copy", to, kByteBytes, to, kByteBytes));
    return add(make_image_lookup(input, to, lookup_tables(spec.preprocessing, *form.quantization)),
               move_info("lookup", to, kByteBytes, to, kByteBytes));
  }
  const int frames = spec.preprocessing.frames;
  const Picture raw = get(spec.value, {.kind = Form::Kind::kRaw, .padding = {}}).picture;
  add(make_affine(raw, to, repeated(spec.preprocessing.scale, frames), repeated(spec.preprocessing.offset, frames),
                  kernels_),
      move_info("affine", raw, kRealBytes, to, kRealBytes));
}

Tensor TensorForms::get_image(int input, const Form& form) {
  const InputSpec& spec = network_.inputs[input];
  const StepInfo::Owner reader = owner_;
  const std::string reader_name = owner_name_;
  work_for(StepInfo::Owner::kInput, spec.name);
  const Picture to = create(spec.value, form);
  make_from_image(spec, input, form, to);
  work_for(reader, reader_name);
  return *find(spec.value, form);
}

Tensor TensorForms::get(ValueId value, const Form& form) {
  if (const Tensor* tensor = find(value, form)) return *tensor;
  const int input = input_index(network_, value);
  const bool image = input >= 0 && network_.inputs[input].kind == InputKind::kImage;
  if (image && form.kind != Form::Kind::kMeasured && form.shape.empty()) return get_image(input, form);
  if (form == Form{}) {
    const Entry* bytes = find_bytes(value);
    PITLANE_CHECK(bytes != nullptr);  // whoever makes a value makes it plain, or bytes, unless all readers agree
    const Picture from = bytes->tensor.picture;
    const ActivationQuantization quantization = *bytes->form.quantization;
    const Picture to = create(value, form);
    add(make_dequantize(from, to, quantization), move_info("dequantize", from, kByteBytes, to, kRealBytes));
    return *find(value, form);
  }
  const Form::Kind from = form.kind == Form::Kind::kRaw ? Form::Kind::kRaw : Form::Kind::kReal;
  Picture plain = get(value, {.kind = from, .padding = {}}).picture;
  if (!form.shape.empty()) plain = seen_as(plain, form.shape);
  if (form.kind == Form::Kind::kMeasured) {
    const Picture to = empty_picture(value, form);
    const BufferId measured = arena_.add(sizeof(ActivationQuantization));
    remember(value, form, to).measured = measured;
    add(make_measured_quantize(plain, to, measured, form.border, kernels_),
        move_info("measure and quantize", plain, kRealBytes, to, kByteBytes));
    return *find(value, form);
  }
  const Picture to = create(value, form);
  if (form.kind == Form::Kind::kStatic) {
    add(make_quantize(plain, to, *form.quantization, kernels_),
        move_info("quantize", plain, kRealBytes, to, kByteBytes));
  } else {
    add(make_copy(plain, to), move_info("copy", plain, kRealBytes, to, kRealBytes));
  }
  return *find(value, form);
}

}  // namespace pitlane
