#include "services/contact/suppression/suppression.h"

#include "libs/base/text.h"
#include "libs/text/name.h"

namespace vefa::contact {
namespace {

constexpr size_t kSuppressionSourceMax = 200;  // bytes

}  // namespace

void Normalise(WrittenAddress& address, const std::string& purpose, std::string_view prefix, std::vector<Violation>& violations) {
  if (address.kind != PointKind::kEmail && address.kind != PointKind::kPhone) {
    violations.push_back({std::string(prefix) + "kind", "REQUIRED", "Give KIND_EMAIL or KIND_PHONE."});
  } else {
    NormaliseValue(address.kind, address.value, address.country, std::string(prefix) + "address", violations);
  }
  if (!purpose.empty() && !IsSlug(purpose))
    violations.push_back({std::string(prefix) + "purpose", "PURPOSE_SYNTAX", "Give a purpose, or nothing for every one."});
}

void Check(const Suppression& suppression, std::vector<Violation>& violations) {
  if (suppression.reason == SuppressionReason::kNone || suppression.reason == SuppressionReason::kErased)
    violations.push_back({"reason", "REQUIRED",
                          "Give REASON_COMPLAINT, REASON_HARD_BOUNCE, REASON_MANUAL or REASON_LEGAL."});
  if (!IsUtf8(suppression.source)) {
    violations.push_back({"source", "NOT_UTF8", "Give text in UTF-8 without NUL."});
  } else if (suppression.source.size() > kSuppressionSourceMax) {
    violations.push_back({"source", "TOO_LONG", "Give at most 200 bytes."});
  } else if (text::HidesSigns(suppression.source)) {
    violations.push_back({"source", "CONTROL_CHARACTER", "Leave out control characters and marks of direction."});
  }
}

}  // namespace vefa::contact
